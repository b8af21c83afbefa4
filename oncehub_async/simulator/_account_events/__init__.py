"""What happens in an account by itself: bookings and conversations come and change."""
