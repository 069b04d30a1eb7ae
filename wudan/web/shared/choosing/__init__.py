"""What pages of several audiences say alike about choosing a class: the offer in words, and what choosing it would mean."""
