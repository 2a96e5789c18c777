# What sub-commands print, in English: titles of tables, messages, questions, errors and what to do about them.
# `src/locale/mod.rs` says how a text is said; `../zh/cli.ftl` has the same ids with the same arguments.
#
# What `--json` prints is for programs and is no text.

## Titles of columns

cli-column-id = ID
cli-column-name = NAME
cli-column-role = ROLE
cli-column-status = STATUS
cli-column-group = GROUP
cli-column-balance = BALANCE
cli-column-used = USED
cli-column-requests = REQUESTS
cli-column-remark = REMARK
cli-column-kind = KIND
cli-column-address = ADDRESS
cli-column-found = FOUND
cli-column-groups = GROUPS
cli-column-priority = PRIORITY
cli-column-weight = WEIGHT
cli-column-models = MODELS
cli-column-code = CODE
cli-column-worth = WORTH
cli-column-state = STATE
cli-column-expires = EXPIRES
cli-column-used-by = USED BY
cli-column-redeemed = USED
cli-column-ratio = RATIO
cli-column-success = OK 7d
cli-column-firsts = FIRST p50/p95
cli-column-price = PRICE
cli-column-description = DESCRIPTION
cli-column-when = WHEN
cli-column-test = TEST
cli-column-model = MODEL
cli-column-by-key = KEY
cli-column-cost = COST
cli-column-result = FOUND
cli-column-relay = RELAY
cli-column-connectivity = CONNECTIVITY
cli-column-long-text = LONG TEXT
cli-column-concurrency = CONCURRENCY
cli-column-key = KEY
cli-column-left = LEFT
cli-column-secret = SECRET
cli-column-vendor = VENDOR
cli-column-in-price = IN $/M
cli-column-out-price = OUT $/M
cli-column-cache = CACHE
cli-column-context = CTX
cli-column-endpoints = ENDPOINTS
cli-column-node = NODE
cli-column-latency = LATENCY
cli-column-ok = OK
cli-column-last-check = LAST CHECK
cli-column-look-up = NAME LOOK-UP
cli-column-connect = CONNECT
cli-column-tls = TLS
cli-column-first-byte = FIRST BYTE
cli-column-input = INPUT
cli-column-output = OUTPUT
cli-column-cache-read = CACHE READ
cli-column-cache-write = CACHE WRITE
cli-column-a-call = A CALL
cli-column-set-by = SET BY
cli-column-profile = PROFILE
cli-column-access = ACCESS
cli-column-last = LAST
cli-column-turns = TURNS
cli-column-session = SESSION
cli-column-option = OPTION
cli-column-value = VALUE
cli-column-layer = LAYER
cli-column-credential = CREDENTIAL
cli-column-what = WHAT
cli-column-where = WHERE
cli-column-app = APP
cli-column-link = THE LINK
cli-column-tool = TOOL
cli-column-here = HERE
cli-column-set-up = SET UP
cli-column-uses = USES
cli-column-form = FORM
cli-column-wanted-by = WANTED BY
cli-column-spent = SPENT
cli-column-unknown = UNKNOWN
cli-column-tokens = TOKENS
cli-column-sent = SENT
cli-column-key-name = KEY
cli-column-in = IN
cli-column-out = OUT
cli-column-basis = BASIS
cli-column-first = FIRST
cli-column-end = END
cli-column-wallet = WALLET
cli-column-time = TIME
cli-column-amount = AMOUNT
cli-column-how = HOW
cli-column-number = NUMBER

## Accounts, for the owner

cli-account-balance = the balance of { $name } is { $balance }
cli-account-deleted = { $name } and its keys were deleted
cli-accounts-none = There are no accounts.
cli-account-changed = { $name } was changed
cli-account-switched = { $name } is { $status }
cli-account-made = { $name } ({ $id }) was made
cli-account-password = { $name } ({ $id }) has a new password; its log-ins ended
cli-account-shown-once = ; its password is above, and nowhere else
cli-advice-dollars = write dollars, like 5.00

## Redemption codes, for the owner

cli-advice-help = see: relaydeck { $command } --help
cli-codes-made = { $count ->
    [one] 1 code
   *[other] { $count } codes
 } worth { $worth } each; the relay keeps only their hashes, so they are shown this once
cli-codes-removed = removed: { $removed }
cli-codes-none = There are no codes; make some with: relaydeck codes create --amount USD

## Channels, for the owner

cli-channel-answers = channel { $id } answers; it took { $ms } ms
cli-channel-removed = channel { $id } was removed
cli-channel-added = channel { $id } ({ $name }) was added; it serves: { $models }
cli-channel-switched = channel { $id } ({ $name }) is { $status }
cli-channel-models-more = { $names } and { $more } more
cli-channel-unpriced = models without a price are shown with ? and cost nothing; set one with: relaydeck prices set MODEL
cli-channel-catalogue = the bundled catalogue of { $date } has vendors' prices for { $known } of them; look at them with: relaydeck prices propose
cli-offers-nothing = nothing was found; add one with: relaydeck channels add NAME --url URL
cli-offers-are = offered are: { $names }
cli-offer-none = this machine offers no { $name }
cli-offers-none = This machine offers nothing that is no channel yet.
cli-offers-use = nothing was sent to them; use one with: relaydeck channels accept NAME
cli-offer-variables = { $key } and { $url }
cli-offer-listens = something listens on port { $port }, where { $name } usually does
cli-channel-unlisted = the relay says that it changed the channel, but does not list it
cli-channel-map = --map: { $pair } is not of the form OURS=THEIRS
cli-advice-dollars-million = write dollars per million tokens, like 0.10
cli-price-negative = a price cannot be negative
cli-limit-negative = a limit cannot be negative
cli-channels-none = There are no channels yet; add one with: relaydeck channels add NAME --url URL
cli-channel-cooling = cooling down, { $seconds } s left: { $why }
cli-channel-cooling-for = enabled, but cooling down for { $models }

## Chat, and what several sub-commands say

cli-chat-stdin-twice = stdin cannot hold both the key and the prompt
cli-chat-prompt-behind = write the prompt behind the command
cli-not-all-fetched = not everything about this relay could be fetched: { $fault }
cli-stdin-unreadable = stdin cannot be read as text: { $error }
cli-chat-no-prompt = there is no prompt
cli-chat-no-prompt-advice = write it behind the command, or pipe it in: echo hello | relaydeck chat
cli-chat-refused = refused: nothing was generated, and nothing is charged for it
cli-chat-no-answer = no answer came; what the relay charges for it is not known yet
cli-chat-first = {"  "}first { $seconds } s
cli-chat-tokens = { $input } in  { $output } out

## The dashboard from outside, the diagnosis

cli-dashboard-broke = the dashboard broke: { $reports }
cli-dashboard-broke-advice = nothing is lost; start it again, and tell us what you did
cli-doctor-examining = examining { $address }
cli-doctor-no-address = { $tool } names no address that could be examined
cli-doctor-no-address-advice = set it up with: relaydeck tools setup { $tool }; or examine an address with --url
cli-doctor-nothing-asked = nothing was asked of a model
cli-doctor-asked = { $count ->
    [one] 1 request
   *[other] { $count } requests
 } to a model, { $cost }
cli-doctor-proof = proof:
cli-doctor-tried = tried:
cli-doctor-dollars = give dollars, for example 0.10

## Groups

cli-group-removed = the group { $name } was removed; keys that name it stop working
cli-group-marked = { $model } in { $group }: { $good } good, { $bad } bad
cli-group-unlisted = the relay says that it set the group, but does not list it
cli-group-public = for every account
cli-group-private = only for accounts whose own group it is
cli-group-costs = { $name } costs { $ratio }, { $whom }
cli-group-auto-twice = { $name } is named twice
cli-group-auto-none = no group
cli-group-auto-begin = in auto
cli-group-auto-begin-own = in the account's own group
cli-label-auto-most = limit
cli-group-auto-most = a key names at most { $most } of its own
cli-label-auto-begin = new keys
cli-column-accounts-of = ACCOUNTS OF
cli-group-special-set = accounts of { $own } pay { $ratio } in { $group }
cli-group-special-removed = accounts of { $own } pay in { $group } what everybody pays
cli-group-special-none = Everybody pays the ratio of the group.
cli-group-no-ratio = --ratio: { $text } is no ratio
cli-group-no-ratio-advice = write a number from 0 to 1000000, like 0.8
cli-group-none = there is no group named { $name }
cli-group-may-use = this account may use: { $names }
cli-no-data = no data
cli-groups-none = This account may use no group.
cli-group-no-failure = none in 7 days
cli-not-given = not given
cli-group-failure = { $date }, { $model }, request { $id }
cli-label-auto = auto
cli-key-auto-only = the groups to try, and going on to the next, are for keys in group auto
cli-key-auto-only-advice = name --group auto, or leave --auto-groups and --cross-group-retry out
cli-label-group = group
cli-label-description = description
cli-label-ratio = ratio
cli-label-models = models
cli-label-succeeded = succeeded
cli-label-first-token = first token
cli-label-last-failure = last failure
cli-group-no-data = no data in 7 days
cli-group-marks = your marks: { $good } good, { $bad } bad
cli-group-success = { $percent } of { $requests }
cli-price-in-out = { $input } in, { $output } out
cli-price-a-call = { $call } a call

## Results of tests, the embedded relay as seen from outside

cli-history-none = No test was run yet: relaydeck verify --connect
cli-relay-not-up = the embedded relay is being started by another relaydeck and does not come up
cli-relay-not-up-advice = end that process, then try again
cli-relay-lock = the relay's lock in { $folder } cannot be read: { $error }
cli-relay-lock-advice = make the folder readable to you, or choose another with --home
cli-cannot-lock = { $path } cannot be locked: { $why }
cli-cannot-lock-advice = make the folder writable to you, or choose another with --home
cli-lock-held = another relaydeck holds it
cli-lock-held-advice = end that process (it may be stopped with Ctrl-Z), then try again
cli-odd-listening = the relay listens at an odd address: { $error }

## Keys

cli-keys-other-list = the relay sent another list than its keys
cli-keys-of-account = (account's)
cli-key-held = held here
cli-key-not-held = not held
cli-key-not-held-here = not held here
cli-keys-none = This account has no keys; make one with: relaydeck keys create --name NAME
cli-key-made = key { $id } ({ $name }) was made; its secret is stored in { $place }
cli-key-shown-again = ; the relay can show it again
cli-key-never-again = ; the relay will never show it again
cli-key-no-quota = --quota: a key with nothing to spend cannot be used; give at least { $least }, or `unlimited`
cli-keys-deleted = deleted: { $ids }
cli-key-none = no key has the number or name { $typed }
cli-key-none-advice = see: relaydeck keys list
cli-key-several = { $count } keys have the name { $typed }
cli-key-several-advice = name one by its number: { $numbers }
cli-key-own-group = the account's own
cli-label-name = name
cli-label-id = id
cli-label-key = key
cli-label-secret = secret
cli-label-status = status
cli-label-left = left
cli-label-used = used
cli-label-expires = expires
cli-label-created = created
cli-label-last-used = last used
cli-label-addresses = addresses
cli-key-all-models = all of its group
cli-key-any-address = any
cli-key-no-change = nothing was named that should change
cli-key-changed = key { $id } ({ $name }) was changed
cli-keys-enabled = enabled: { $ids }
cli-keys-disabled = disabled: { $ids }
cli-key-disabled = key { $id } ({ $name }) is disabled
cli-key-in-git = { $file } lies in the git work tree { $tree }, so nothing was written
cli-key-in-git-advice = have git ignore the file, then say --yes; or name another --file
cli-key-written = { $variables } in { $file }
cli-and = {" "}and{" "}
cli-key-was-open = ; others could read it until now

## Logging in, keys and colours from files, the manual page

cli-login-which = which relay? Its address is missing
cli-login-which-advice = give --url https://host, or --name of a profile that is there already
cli-login-own-page = this relay makes accounts on its own page only:
cli-login-there-first = make one there, then: relaydeck login --url … --user …
cli-login-renewed = { $name } ({ $address }) has a new access token
cli-profile-added = { $name } ({ $address }) was added and is used from now on
cli-ask-secret = The secret, which is not shown while you type:
cli-ask-password = Password, which is not shown while you type:
cli-ask-again = The same once more:
cli-ask-differs = the two passwords differ
cli-ask-differs-advice = nothing was sent; try again
cli-secret-none = nothing was typed
cli-secret-none-advice = nothing was sent; type it, or pipe it in with -
cli-login-no-password = the password is missing
cli-login-no-password-advice = pipe it in with --password -, or put it into { $variable }
cli-keymap-advice = mend that line, or move the file away to have the keys as they come
cli-table-known = ; there are { $words }
cli-theme-advice = mend that line, or set another theme
cli-keymap-broken = the table of keys: { $error }
cli-build-broken = this build is broken; take another one
cli-theme-none = there is no theme { $name }
cli-theme-none-advice = set one of { $names }; or write { $file }
cli-file-advice = mend the file, or move it away
cli-file-none = it is not a file
cli-file-long = it is too long
cli-man-folder = name a folder that is there and that you may write into

## Moving a project, the start

cli-migrate-found = { $addresses ->
    [one] 1 address
   *[other] { $addresses } addresses
 } in { $files ->
    [one] 1 file
   *[other] { $files } files
 } of { $all } looked at
cli-migrate-left = left as it is: { $place } ({ $why })
cli-migrate-default = { $file } names no address: it goes to its vendor unless OPENAI_BASE_URL={ $v1 } or ANTHROPIC_BASE_URL={ $base } is set where it runs
cli-migrate-lacks = may not carry over: { $feature }, used at { $place }
cli-migrate-written = written; relaydeck migrate DIR --undo takes it back. Keys are yours to change: the vendor's key does not work at the relay
cli-migrate-not-written = nothing was written; --write does
cli-no-tasks = the program cannot start its tasks: { $error }

## The marketplace

cli-model-exact = { $name }: exact
cli-model-exact-in = { $name }: exact, in group { $group }
cli-models-none = No model fits.
cli-models-estimate = ~ is an estimate: the relay names no price, so this is the vendor's list price of { $date }
cli-label-vendor = vendor
cli-label-tags = tags
cli-none = none
cli-model-tokens = { $tokens } tokens
cli-model-context-listed = { $tokens } tokens by the vendors' list of { $date }; the relay does not say
cli-label-context = context
cli-label-max-output = max output
cli-model-group = group { $group }
cli-label-price = price
cli-model-price = { $input } in, { $output } out, { $read } cache read, { $write } cache write, USD per million tokens
cli-model-price-listed = ~{ $input } in, ~{ $output } out, ~{ $read } cache read, USD per million tokens (estimate: the vendor's list price of { $date }; the relay names none)
cli-model-price-tiered = tiered: { $expression }

## Nodes

cli-node-never = never
cli-node-best = ✓ best
cli-node-proxy = calls go through the proxy { $proxy }, so only the answer as a whole could be timed
cli-node-moved = { $profile } uses { $address } from now on
cli-node-faster = { $address } would be faster; move there with: relaydeck nodes test --use-best
cli-node-as-good = the node in use is as good as any

## Prices, for the owner

cli-price-set = { $model } has a new price, from the next request on
cli-price-removed = { $model } has no price of yours any more
cli-price-advice = write dollars, like 0.10; by the million tokens, or by the call
cli-price-incomplete = a price needs --input and --output, or --call
cli-prices-none = This relay sells no models.
cli-propose-none = The bundled catalogue knows no price for a model without one.
cli-propose-set = these are set now: vendors' list prices of { $date }
cli-propose-look = vendors' list prices of { $date }, in dollars per million tokens; nothing was set: say yes with --yes

## Profiles

cli-profile-used = { $name } is used from now on
cli-profile-local-stays = the embedded relay cannot be removed
cli-profile-local-stays-advice = it costs nothing while it is not used
cli-profile-removed = { $name } and the secrets held for it are forgotten; its keys still exist at the relay
cli-profile-add-one = add one with: relaydeck profiles add NAME --url URL --key -
cli-there-are = there are: { $names }
cli-profile-none = there is no profile named { $name }
cli-profiles-none = No relay was used yet; relaydeck alone opens the one it carries.
cli-profile-no-model = no { $model } there
cli-profile-no-credential = a relay needs a credential
cli-profile-no-credential-advice = give --key for calling models only, or --access-token for keys and wallet too; `-` reads it from stdin

## Progress, samples, secrets, the relay without the dashboard

cli-progress = { $what }: { $seconds } s
cli-progress-one-waits = { $what }: { $seconds } s, waiting for the first part
cli-progress-many-wait = { $what }: { $seconds } s, { $many } requests wait for their first part
cli-progress-one = { $what }: { $seconds } s, { $tokens } tokens so far
cli-progress-many = { $what }: { $seconds } s, { $tokens } tokens so far, { $many } requests on their way
cli-sample-later = the embedded relay answers at { $address } while the dashboard or relaydeck serve runs
cli-sample-no-model = no model of this relay is known to answer at { $endpoint }
cli-stdin-empty = stdin holds nothing, and a secret is read from it for `-`
cli-stdin-empty-advice = pipe it in: pass show relay | relaydeck … --key -
cli-no-randomness = the system gives no randomness: { $error }
cli-serve-listens = relaydeck relay on http://{ $address } (OpenAI form: http://{ $address }/v1)
cli-serve-open = other machines can reach this relay, and keys travel unencrypted: put TLS in front of it
cli-serve-stops = Ctrl-C stops it; running streams may end first
cli-serve-stopping = stopping
cli-no-signals = signals cannot be listened for: { $error }

## Sessions, settings

cli-session-written = written to { $file }
cli-session-renamed = renamed
cli-session-none = there is no session { $ids }; { $gone } deleted
cli-session-none-advice = list them with: relaydeck sessions list
cli-sessions-deleted = { $count } deleted
cli-sessions-none = no session is kept here, or none says that
cli-config-token = access token { $token }
cli-config-no-token = no access token is held here
cli-config-key = key { $name } { $masked }
cli-config-editor = set EDITOR to an editor that is there
cli-config-not-saved = not saved: { $why }
cli-config-kept = what you wrote is in { $file }; mend it there or edit again
cli-config-changed = { $file } was changed
cli-config-as-it-was = { $file } is as it was
cli-config-no-room = make room, or a folder that is yours, where it should go

## Addresses, usage, the wallet

cli-url-key = the key goes into --key, or into a profile: relaydeck profiles add
cli-url-form = give the relay's address in any form, for example https://host/v1
cli-url-tool = { $tool } then calls { $calls }
cli-export-ending = { $file } ends in neither .csv nor .jsonl
cli-export-ending-advice = name the file like usage.csv or usage.jsonl
cli-export-written = { $count } receipts written to { $file }
cli-export-there = { $file } is there already
cli-export-there-advice = choose another name, or replace it with --force
cli-export-failed = { $file } cannot be written: { $error }
cli-export-failed-advice = choose a folder that you may write to and that has room; nothing was left behind
cli-column-day = DAY
cli-usage-not-known = (not known)
cli-usage-total = TOTAL
cli-usage-not-asked = { $profile } could not be asked ({ $fault }): what other programs spent through it since may be missing.
cli-usage-no-answer = it did not answer in time
cli-usage-none = Nothing was sent in that time.
cli-column-why = WHY
cli-receipts-no-disputes = No receipt of that time is worth a question.
cli-receipt-refused = refused: { $why }
cli-fault-request = { $message } (request id { $id })
cli-receipt-running = running
cli-receipt-interrupted = interrupted
cli-label-account = account
cli-label-balance = balance
cli-label-requests = requests
cli-label-codes = codes
cli-wallet-codes = redeemed here
cli-wallet-no-codes = not taken
cli-label-online = online
cli-wallet-not-online = not offered
cli-label-shop = shop
cli-wallet-empty = the wallet is empty: requests that cost something are refused until it is filled
cli-wallet-redeemed = { $added } came into the wallet; the balance is { $balance }
cli-wallet-pay = open the page to pay; the balance follows when the relay was told
cli-wallet-pay-price = open the page to pay; the price is { $price }; the balance follows when the relay was told
cli-wallet-nothing = Nothing came into this wallet yet.

## Tools

cli-link-none = there is no app named { $name } that takes a link
cli-link-none-advice = list them with: relaydeck tools link
cli-link-ask = This link holds the key { $masked }. Print it?
cli-link-ask-advice = the link holds a key; say --yes to print it
cli-link-not-printed = nothing was printed
cli-link-long = the link is too long for a QR code
cli-link-later = the embedded relay answers there while the dashboard or relaydeck serve runs, on this machine only
cli-yes = yes
cli-tools-by-relaydeck = by relaydeck
cli-tools-into-file = into --file
cli-tools-ready = ready
cli-tools-wrong = wrong
cli-label-here = here
cli-tools-not-here = not found on this machine
cli-label-install = install
cli-label-address = address
cli-tools-wants = { $wants }, and it calls { $calls }
cli-label-writes = writes
cli-label-facts = facts
cli-label-state = state
cli-label-to-do = to do
cli-label-undo = undo
cli-tools-undoable = { $count ->
    [one] 1 time
   *[other] { $count } times
 }: relaydeck tools undo { $tool }
cli-tools-after-by-hand = after the setup, by hand:
cli-tools-hand = by hand:
cli-tools-none-effective = No tool on this machine has an address or key of its own.
cli-label-model = model
cli-tools-wins = wins
cli-tools-hidden = hidden
cli-tools-of-profile = , profile { $name }
cli-tools-of-key = , key { $name }
cli-tools-look = look at it with --dry-run, then say --yes
cli-tools-key = the key { $masked }
cli-tools-ask-write = Write this?
cli-nobody-to-ask = nothing was done: there is nobody here to ask
cli-stdin = stdin: { $error }
cli-tools-already = { $tool } is set up like this already
cli-tools-not-written = nothing was written
cli-tools-written-new = written; nothing was there before
cli-tools-written = written; the files as they were are kept in { $folder }
cli-tools-takes-back = relaydeck tools undo { $tool } takes it back
cli-tools-to-do = to do: { $step }
cli-tools-later = the embedded relay answers there while the dashboard or relaydeck serve runs
cli-tools-answered = a call through what was written: { $model } answered { $text } after { $ms } ms, for { $cost }
cli-tools-not-among = a call through what was written: { $models } models answer to this key; { $model } is not among them
cli-tools-written-but = it was written, but a call through it failed: { $why }
cli-tools-set-by-hand = { $tool } is set up by hand; the key is { $name } ({ $masked })
cli-tools-ask-undo = Take it back?
cli-nothing-changed = nothing was changed
cli-tools-more-undo = { $count } earlier setups can be undone too

## Tests

cli-verify-console = console
cli-verify-testing = testing { $model } with { $key } at { $address }
cli-verify-testing-in = testing { $model } with { $key }, group { $group } at { $address }
cli-verify-sends = { $count ->
    [one] 1 request
   *[other] { $count } requests
 }, { $worst }
cli-verify-together = together
cli-verify-dear = the tests may cost { $most }, and { $limit } is the limit
cli-verify-unknown = nobody knows what the tests cost, so they cannot stay under { $limit }: the relay names no price
cli-verify-go-on = { $why }. Go on? [y/N]
cli-verify-advice = nothing was sent; raise --max-cost, or say --yes
cli-verify-cost = cost { $cost }
cli-verify-checklist = checklist
cli-verify-workflow = safest workflow
cli-verify-next = {"  "}← next

## What every sub-command may say

cli-closing = other relaydecks and running answers on this relay may end first; Ctrl-C cuts them and settles what they came to
cli-odd-address = the relay's address is odd: { $error }
cli-stdout-gone = stdout cannot be written: { $error }
cli-stdout-gone-advice = make room where it goes to
cli-needs-account = with a key only, this relay does not list that

## Words of tables

cli-channel-failing = failing
cli-code-unused = unused
cli-code-used = used
cli-role-user = user
cli-role-admin = admin
cli-role-owner = owner
cli-price-from-nobody = nobody
cli-price-from-relay = relay
cli-fault-not-an-api = not an api
cli-fault-endpoint-missing = endpoint missing
cli-fault-credential-refused = credential refused
cli-fault-second-factor = second factor
cli-fault-key-expired = key expired
cli-fault-key-disabled = key disabled
cli-fault-key-quota = key quota
cli-fault-balance = balance
cli-fault-ip-not-allowed = ip not allowed
cli-fault-forbidden = forbidden
cli-fault-model-not-allowed = model not allowed
cli-fault-group-not-allowed = group not allowed
cli-fault-model-not-found = model not found
cli-fault-model-unpriced = model unpriced
cli-fault-not-found = not found
cli-fault-bad-request = bad request
cli-fault-usage = usage
cli-fault-rate-limited = rate limited
cli-fault-upstream = upstream
cli-fault-server = server
cli-fault-network = network
cli-fault-timeout = timeout
cli-fault-stream-broken = stream broken
cli-fault-local = local
cli-fault-unsupported = unsupported
