"""One whole incident on made-up data, through the same services, rights, jobs and worker that the pages use."""
