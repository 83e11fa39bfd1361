"""What each fixation is on, as a number: the cluster of people's fixations, the label of a map, or the object."""
