"""Issue trackers: GitHub, GitLab, Forgejo and Gitea, behind one small protocol."""
