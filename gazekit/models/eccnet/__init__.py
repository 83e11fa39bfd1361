"""eccNET: search by eccentricity-dependent features of a target (Gupta et al. 2021), with any backbone."""
