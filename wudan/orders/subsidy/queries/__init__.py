"""Reading claims: `claims` lists and to-do, `casefile` one claim on one screen, `notices` the public notice, `figures` counts and sums."""
