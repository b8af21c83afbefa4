"""What each operation of the API does to the account."""
