# What `--help` says, in English, and what is wrong with arguments. `../zh/help.ftl` has the same ids with the same arguments.
