"""`make spark`: `wudan adjudicate --engine spark` on `local[*]` and on a standalone cluster of two workers, its decisions byte for byte
those of one machine, timed beside Spark SQL."""
