"""What an account holds, made from a seed: each kind of object, and the whole."""
