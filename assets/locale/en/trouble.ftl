# What is wrong with files, settings, the ledger, tools and what came over the wire, in English, and what to do about it.
# The dashboard and sub-commands both show these. `../zh/trouble.ftl` has the same ids with the same arguments.

## The ledger

trouble-ledger-folder = the ledger's folder { $folder } cannot be used: { $why }
trouble-ledger-folder-advice = make the folder writable for you, or choose another one with --home DIR
trouble-ledger-open = the ledger { $path } cannot be opened: { $why }
trouble-ledger-open-advice = check the file and its folder, or choose another folder with --home DIR
trouble-ledger-read-only = the ledger { $path } cannot be written: the file or its folder is read-only
trouble-ledger-newer = the ledger { $path } has layout version { $found }, made by a newer relaydeck; this one ({ $version }) knows versions up to { $known }
trouble-ledger-newer-advice = update relaydeck, or choose another folder with --home DIR; the file was left as it is
trouble-ledger-foreign = { $path } is a database of another program, not a relaydeck ledger
trouble-ledger-foreign-advice = move { $path } away, or choose another folder with --home DIR; the file was left as it is
trouble-ledger-damaged = the ledger { $path } is damaged: { $why }
trouble-ledger-damaged-advice = move { $path } away and keep it (sqlite3's .recover may save its rows); a new one is made at the next start
trouble-ledger-full = the disk is full: the ledger { $path } could not be written
trouble-ledger-full-advice = free some space on that disk, then try again; what was written before is kept
trouble-ledger-locked = the ledger { $path } is locked by another program
trouble-ledger-locked-advice = end the other program that holds the file (a backup, a database browser), then try again
trouble-ledger-not-open = receipt { $id } does not exist or has ended already
trouble-ledger-no-receipt = receipt { $id } does not exist
trouble-ledger-number-advice = check the number with `relaydeck usage receipts`
trouble-ledger-closed = the ledger is closed
trouble-ledger-closed-advice = start relaydeck again
trouble-ledger-failed = the ledger { $path } failed: { $why }
trouble-ledger-failed-advice = try again; if it stays so, look into the log file and check the disk
trouble-ledger-no-file = it is not a file

## Files and folders

trouble-folder = the folder { $folder } cannot be used: { $why }
trouble-folder-advice = make it a folder that you may write, or choose another one with --home DIR
trouble-read = { $path } cannot be read: { $why }
trouble-read-advice = make the file readable for you, or move it away
trouble-write = { $path } cannot be written: { $why }
trouble-write-full-advice = free some space on that disk, then try again; the old file is still there
trouble-write-advice = make the file and its folder writable for you, or choose another folder with --home DIR
trouble-busy = { $path } is being written by another relaydeck that does not finish
trouble-busy-advice = end the other relaydeck, then try again
trouble-not-text = line { $line } is not UTF-8 text
trouble-env-folder = { $folder } is a folder; name a file in it, for example { $folder }/.env
trouble-env-no-folder = there is no folder { $folder }
trouble-env-no-folder-advice = make it first, or name another file
trouble-env-in-git = { $file } lies in the git work tree { $tree }
trouble-env-in-git-advice = a key in a repository is read by everybody; have git ignore the file, then say yes to it, or take one elsewhere
trouble-env-quotes = { $file }: the quotes that begin in line { $line } never end
trouble-env-quotes-advice = close them, then try again
trouble-env-name-file = name a file
trouble-other-name = choose another name

## Settings, profiles and secrets

trouble-config-no-home = this system names no home folder to keep anything in
trouble-config-no-home-advice = name a folder with --home DIR or RELAYDECK_HOME
trouble-config-variable = the environment variable { $variable } { $what }
trouble-config-variable-advice = change or unset { $variable }
trouble-config-not-text = is not UTF-8 text
trouble-config-no-profile = there is no profile { $name }
trouble-config-add-profile = add it with `relaydeck profiles add`, or leave --profile away for the embedded relay
trouble-config-choose-profile = choose one of { $known }, or add it with `relaydeck profiles add`
trouble-did-you-mean = ; did you mean { $word }?
trouble-config-more = {" "}(and { $count ->
    [one] 1 more mistake
   *[other] { $count } more mistakes
 })
trouble-config-takes = mend that line; it takes { $known }
trouble-config-mend = mend that line; nothing was started and nothing was changed
trouble-config-vault = the secrets in { $path } cannot be read: the file is not valid at line { $line }, column { $column }
trouble-config-vault-advice = mend that line, or move the file away and add keys and profiles anew
trouble-config-exposed = others on this machine can read the secrets in { $path }, and that cannot be changed: { $why }
trouble-config-exposed-advice = run `chmod 600 { $path }` as its owner, then replace the keys in it
trouble-config-was-open = others on this machine could read the secrets in { $path }; they no longer can, but replace the keys if they may have
trouble-config-shape = its tables are not what they were
trouble-config-profiles = profiles must be tables, like [profiles.work], and not { $found }
trouble-config-profile = the profile { $quoted } must be a table, like [profiles.{ $name }], and not { $found }
trouble-config-profile-lacks = the profile { $name } has no { $missing }
trouble-config-user-id = user_id belongs to access = "account" only
trouble-config-url = url must be an address like https://host{ $wrong }
trouble-config-url-key = , and not a key
trouble-config-url-why = {" "}({ $why })
trouble-config-url-credentials = {" "}without a user name or password in it
trouble-config-in-quotes = {" "}in quotes, and not { $found }
trouble-config-number = { $name } must be a whole number, and not { $found }
trouble-config-value = { $name } must be { $takes }
trouble-config-must-be = must be { $takes }
trouble-config-unknown = unknown name { $name }
trouble-config-unknown-in-profile = unknown name { $name } in a profile
trouble-config-takes-theme = auto, dark, light, mono, colour-blind, or the name of a file in the folder themes, without .toml
trouble-config-takes-timeout = auto, or a number of seconds from 1 to 86400
trouble-config-takes-profile = a profile's name: letters, digits, - _ .
trouble-config-takes-listen = an IP address with a port, like 127.0.0.1:4141 or [::1]:4141
trouble-layer-built-in = built in
trouble-layer-last = used last
trouble-layer-profile = profile
trouble-layer-environment = environment
trouble-layer-flag = flag

## The files of tools

trouble-tool-none = there is no tool named { $name }
trouble-tool-list = list them with: relaydeck tools list
trouble-tool-by-hand = { $tool } keeps its settings where relaydeck does not write them
trouble-tool-by-hand-advice = do it by hand, as this says: relaydeck tools show { $tool }
trouble-tool-writable = make the file and its folder writable for you; nothing was changed
trouble-tool-mend = mend that line, then try again; nothing was changed
trouble-tool-change = change it by hand; nothing was changed
trouble-tool-link = { $path } is a link to { $target }, outside of your home folder
trouble-tool-link-advice = change the file it leads to yourself, or name another with --file; nothing was changed
trouble-tool-meanwhile = { $path } was changed by another program in the meantime
trouble-tool-look-again = look at the new plan, then say yes again; nothing was changed
trouble-tool-not-back = { $path } does not hold what was written to it; it was put back as it was
trouble-tool-not-back-advice = another program writes that file too: end it, then try again
trouble-tool-overridden = the settings were written, but { $place } wins over them: { $what }
trouble-tool-unset = unset { $name } in your shell and its start-up files
trouble-tool-take-out = take it out of { $place }
trouble-tool-no-file = { $tool } has no file of its own; it does not know where to write
trouble-tool-no-file-advice = name the file with --file PATH
trouble-tool-nothing = relaydeck has changed nothing for { $tool } that could be undone
trouble-tool-nothing-advice = nothing needs to be done
trouble-tool-conflict = { $path } was changed since the setup, in the same lines; nothing was undone
trouble-tool-gone = { $path } was deleted since the setup; nothing was undone
trouble-tool-kept-in = the file as it was before is kept in { $path }; take from it what you need
trouble-tool-kept = { $path } cannot be understood
trouble-tool-kept-advice = move that file away; what it holds can be put back by hand
trouble-undo-restored = is as it was before the setup, byte for byte
trouble-undo-removed = was not there before the setup, and was removed
trouble-undo-merged = is without what the setup changed; your later changes were kept
trouble-undo-already = was as before the setup already
trouble-edit-broken = not valid at line { $line }, column { $column }: { $why }
trouble-edit-shape = { $at } is not { $wanted }
trouble-edit-unsafe = { $at } cannot be changed here without touching other things: { $why }
trouble-shape-file = the whole file
trouble-shape-list = a list
trouble-shape-object = an object
trouble-shape-value = a value
trouble-shape-table = a table
trouble-shape-variable = the name of a variable
trouble-edit-anchor = it is used in several places through an anchor
trouble-edit-lines = its value goes over several lines
trouble-edit-layout = the layout of this file is unusual
trouble-edit-documents = several documents in one file
trouble-edit-early = it ends too early
trouble-edit-no-equals = a line without =
trouble-edit-no-name = this is no name of a variable
trouble-edit-quote = a quote that is never closed
trouble-edit-mark-twice = our first mark stands there twice
trouble-edit-mark-last = our last mark without the first
trouble-edit-mark-first = our first mark without the last
trouble-migrate-bare = a bare host, and the relay lies behind a path
trouble-diff-new = (not there)

## What a relay answered

trouble-relay-not-an-api = the address did not answer as an API
trouble-relay-endpoint = the relay has no such endpoint
trouble-relay-credential = the relay refused the key
trouble-relay-second-factor = the account has a second factor
trouble-relay-key-expired = the key has expired
trouble-relay-key-disabled = the key is disabled
trouble-relay-key-quota = the key's quota does not suffice
trouble-relay-balance = the balance does not suffice
trouble-relay-ip = the key may not be used from this address
trouble-relay-forbidden = the relay does not allow it
trouble-relay-model-not-allowed = the key may not call this model
trouble-relay-group-not-allowed = the key's group may not be used
trouble-relay-model-not-found = the model is not served here
trouble-relay-unpriced = the model has no price at this relay
trouble-relay-not-found = the relay does not know it
trouble-relay-rate = too many requests
trouble-relay-upstream = the relay's upstream failed
trouble-relay-server = the relay failed
trouble-relay-network = the relay could not be reached
trouble-relay-timeout = it took too long
trouble-relay-stream = the stream broke off
trouble-relay-local = something on this machine failed
trouble-relay-unsupported = the relay does not offer it
trouble-relay-bad-request = the relay refused the request
trouble-relay-page = { $head } (HTTP { $status }): a web page titled { $title }
trouble-relay-status = { $head } (HTTP { $status })
trouble-relay-says = { $head }: { $words }
trouble-relay-upstream-advice = the trouble is between the relay and its vendor, not with your key: try again later, or take another model or group
trouble-relay-firewall = a firewall in front of the relay asks for a browser: wait a while, try another node, or ask the relay for its API address
trouble-relay-key-advice = check the key: it starts with sk- and is no password or access token; newer relays say the same of expired, disabled and used-up keys
trouble-relay-balance-advice = top up the wallet of this account, or ask for fewer tokens: relays reserve the longest answer beforehand
trouble-relay-banned = the account is banned: ask the relay's support
trouble-relay-dash = the key has a dash and something behind it, which picks a channel and is for administrators: use the key alone
trouble-relay-too-long = the session is longer than the model takes: begin a new one, shorten it, or take a model with a larger context
trouble-relay-filter = a filter refused the words of the request: change them, or take another model
trouble-relay-large = the request is too large for the relay: shorten it
trouble-relay-large-tokens = the request alone is larger than the tokens of a minute: shorten it, or take another model or group
trouble-relay-pace-tokens = the tokens of a minute are used up: wait as long as it says, ask for shorter answers, or take another key, group or model
trouble-relay-pace-requests = the requests of a minute are used up: wait as long as it says, send fewer, or take another key, group or model
trouble-relay-pace-at-once = too many requests run at the same time: let some end first, or send fewer at once
trouble-relay-token-refused = the relay refused the access token
trouble-relay-token-advice = make a new access token in the relay's console (profile, security) and add the profile again; a key that starts with sk- is not an access token
trouble-relay-no-function = this relay has no such function
trouble-relay-wants-number = this relay wants the account's number beside the access token
trouble-relay-wants-number-advice = give the number with --user-id; the relay's console shows it on the profile page
trouble-relay-prices-hidden = the relay hides its prices
trouble-relay-keys-full = this account has as many keys as it may
trouble-relay-keys-full-advice = delete keys that are no longer used, then try again
trouble-relay-name-refused = the relay refused the name
trouble-relay-name-refused-advice = shorten the name: older relays take 30 bytes, which are 10 Chinese characters
trouble-relay-refused = the relay refused it
trouble-relay-wants-login = the relay wants a log-in for this
trouble-relay-wants-login-advice = do it in the relay's console: an access token is not enough here
trouble-relay-account-disabled = the account is disabled
trouble-relay-ask-support = ask the relay's support
trouble-relay-token-expired = the access token has expired
trouble-relay-token-old = the relay no longer takes access tokens of the old kind
trouble-relay-token-old-advice = make one with scopes in the relay's console: profile, keys, usage and wallet to read, keys to write and reveal
trouble-relay-token-lacks = the access token lacks a permission
trouble-relay-token-lacks-advice = make an access token that has the permission named above, in the relay's console
trouble-relay-no-json = the relay sent something that is no JSON ({ $error })
trouble-relay-no-reason = the answer failed, and the relay does not say why
trouble-relay-not-as = the address answered, but not as { $endpoint } answers
trouble-relay-numbers = { $count } numbers
trouble-relay-event-large = an event of the stream is larger than { $limit } bytes

## Why the embedded relay cannot start

trouble-start-port = port { $port } of { $ip } is in use by another program
trouble-start-port-advice = stop the program that uses port { $port }, or listen elsewhere: --listen { $ip }:0 takes any free port
trouble-start-listen = cannot listen on { $address }: { $why }
trouble-start-listen-advice = choose an address of this machine, for example --listen 127.0.0.1:4141
trouble-start-held = another relaydeck already serves this data folder ({ $holder })
trouble-start-held-advice = use the one that runs, at http://{ $address }, or stop it first
trouble-start-wait = wait a moment and try again, or stop the other process
trouble-start-process-at = process { $pid } at http://{ $address }
trouble-start-at = at http://{ $address }
trouble-start-process = process { $pid }, which is just starting
trouble-start-somebody = a process that is just starting
trouble-start-folder = the data folder { $folder } cannot be written to: { $why }
trouble-start-folder-advice = make { $folder } writable for you, or name another folder with --home
trouble-start-read-only = the database { $file } cannot be written to: it is read-only
trouble-start-read-only-advice = make { $file } and its folder writable for you, or name another folder with --home
trouble-start-newer = the database { $file } has version { $found }; this program knows versions up to { $known }
trouble-start-newer-advice = update relaydeck, or name another folder with --home; nothing was changed
trouble-start-damaged = the database { $file } is damaged: { $why }
trouble-start-damaged-advice = move { $file } away and restore a copy; without one, a fresh database is made at the next start
trouble-start-full = the disk that holds { $file } is full
trouble-start-full-advice = free some space, then start again; nothing was lost
trouble-start-database = the database { $file } cannot be used: { $why }
trouble-start-thread = the relay's writer could not be started: { $why }
trouble-start-randomness = the system gives no randomness: { $why }
trouble-start-weak = the { $what } handed to the relay is shorter than 16 characters
trouble-start-weak-advice = make a new one; 32 random characters are usual
trouble-start-log = try again; if it stays, start with -v and look into the log file
