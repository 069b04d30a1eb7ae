"""Reading enrolments: `foresight` (will it be paid for me), `places`, `listing`."""
