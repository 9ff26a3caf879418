"""Hidden tests of nn_recognition. No right answer to any question stands here."""
