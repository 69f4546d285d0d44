"""A manifest -> the files of a package that can be published: names and types; all that happens is Pristine's."""
