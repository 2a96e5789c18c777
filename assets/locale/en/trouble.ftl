# What is wrong with files, settings, the ledger, tools and what came over the wire, in English, and what to do about it.
# The dashboard and sub-commands both show these. `../zh/trouble.ftl` has the same ids with the same arguments.
