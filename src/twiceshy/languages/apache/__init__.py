"""Apache httpd's configuration, as far as it decides whether modules and their settings count.

- `lines`, `directive`: one file's text to words and places;
- `read`: includes and tests (`<IfModule>`, `<IfDefine>`, `<IfVersion>`) as they come; what a false
  test leaves out is kept as `Untaken`;
- `tree`: `Section`, `Problem`, `Tree`;
- `sites`: virtual hosts and sections, and in which order settings count;
- `mains`: which files are Apache's.

Nothing here raises for what a file says, and nothing takes longer than in proportion to it.
"""
