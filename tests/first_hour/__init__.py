"""The first hour of three kinds of people, each command typed as they would."""
