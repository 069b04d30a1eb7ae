"""What makes the tests stricter than production. Each module is one wall; tests/conftest.py puts them up."""
