"""wudan (五单): a district's government-subsidised vocational training, from demand to payment."""
