"""Models of object search: walks over the objects of a trial with probabilities for the next one and for the end."""
