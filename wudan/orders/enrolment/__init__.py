"""选单 (enrolment): who chose what. Places, waiting list, yearly slots. Verbs: preview, pick, withdraw, promote, start, finish.

`ports` is the one window upwards: which claims a person already has stands in a higher room, and `config.wiring` joins the two.
"""
