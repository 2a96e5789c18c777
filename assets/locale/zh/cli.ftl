# 子命令输出的文字：表格标题、消息、提问、错误及处理办法。用词见 `deck.ftl`。

## 表格的列标题

cli-column-id = ID
cli-column-name = 名称
cli-column-role = 角色
cli-column-status = 状态
cli-column-group = 分组
cli-column-balance = 余额
cli-column-used = 已用额度
cli-column-requests = 请求数
cli-column-remark = 备注
cli-column-kind = 类型
cli-column-address = 地址
cli-column-found = 来源
cli-column-groups = 分组
cli-column-priority = 优先级
cli-column-weight = 权重
cli-column-models = 模型
cli-column-code = 兑换码
cli-column-worth = 面值
cli-column-state = 状态
cli-column-expires = 过期时间
cli-column-used-by = 使用者
cli-column-redeemed = 使用时间
cli-column-ratio = 倍率
cli-column-success = 7 天成功率
cli-column-firsts = 首字 p50/p95
cli-column-price = 价格
cli-column-description = 描述
cli-column-when = 时间
cli-column-test = 测试
cli-column-model = 模型
cli-column-by-key = 密钥
cli-column-cost = 费用
cli-column-result = 结果
cli-column-relay = 中转站
cli-column-connectivity = 连通性
cli-column-long-text = 长文本
cli-column-concurrency = 并发
cli-column-key = 密钥
cli-column-left = 剩余额度
cli-column-secret = 保存
cli-column-vendor = 供应商
cli-column-in-price = 输入$/M
cli-column-out-price = 输出$/M
cli-column-cache = 缓存读
cli-column-context = 上下文
cli-column-endpoints = 端点
cli-column-node = 节点
cli-column-latency = 延迟
cli-column-ok = 成功
cli-column-last-check = 最近检查
cli-column-look-up = 域名解析
cli-column-connect = 连接
cli-column-tls = TLS
cli-column-first-byte = 首字节
cli-column-input = 输入
cli-column-output = 输出
cli-column-cache-read = 缓存读
cli-column-cache-write = 缓存写
cli-column-a-call = 每次
cli-column-set-by = 设置者
cli-column-profile = 配置
cli-column-access = 凭据
cli-column-last = 最近
cli-column-turns = 轮数
cli-column-session = 会话
cli-column-option = 选项
cli-column-value = 值
cli-column-layer = 来自
cli-column-credential = 凭据
cli-column-what = 内容
cli-column-where = 位置
cli-column-app = 应用
cli-column-link = 链接的作用
cli-column-tool = 工具
cli-column-here = 本机
cli-column-set-up = 设置方式
cli-column-uses = 使用
cli-column-form = 形式
cli-column-wanted-by = 用于
cli-column-spent = 花费
cli-column-unknown = 费用未知
cli-column-tokens = token
cli-column-sent = 时间
cli-column-key-name = 令牌
cli-column-in = 输入
cli-column-out = 输出
cli-column-basis = 依据
cli-column-first = 首字
cli-column-end = 结束
cli-column-wallet = 钱包
cli-column-time = 时间
cli-column-amount = 金额
cli-column-how = 方式
cli-column-number = 订单号

## 账号（站长）

cli-account-balance = { $name } 的余额为 { $balance }
cli-account-deleted = 已删除 { $name } 及其令牌
cli-accounts-none = 没有账号。
cli-account-changed = 已修改 { $name }
cli-account-switched = { $name } { $status }
cli-account-made = 已创建 { $name }（{ $id }）
cli-account-password = { $name }（{ $id }）已换新密码，其登录已全部失效
cli-account-shown-once = ；密码见上，别处不再显示
cli-advice-dollars = 请写美元数，例如 5.00

## 兑换码（站长）

cli-advice-help = 参见：relaydeck { $command } --help
cli-codes-made = { $count } 个兑换码，每个面值 { $worth }；中转站只保存其哈希值，仅此一次显示
cli-codes-removed = 已移除：{ $removed }
cli-codes-none = 没有兑换码；创建：relaydeck codes create --amount 美元

## 渠道（站长）

cli-channel-answers = 渠道 { $id } 有响应，用时 { $ms } ms
cli-channel-removed = 已移除渠道 { $id }
cli-channel-added = 已添加渠道 { $id }（{ $name }），提供：{ $models }
cli-channel-switched = 渠道 { $id }（{ $name }）{ $status }
cli-channel-models-more = { $names } 等，另有 { $more } 个
cli-channel-unpriced = 没有价格的模型显示为 ?，不收费；设置价格：relaydeck prices set 模型
cli-channel-catalogue = 内置价目（{ $date }）有其中 { $known } 个模型的供应商价格；查看：relaydeck prices propose
cli-offers-nothing = 没有找到；添加渠道：relaydeck channels add 名称 --url 地址
cli-offers-are = 可用的有：{ $names }
cli-offer-none = 本机没有 { $name }
cli-offers-none = 本机没有尚未成为渠道的上游。
cli-offers-use = 没有向它们发送任何内容；使用：relaydeck channels accept 名称
cli-offer-variables = { $key } 和 { $url }
cli-offer-listens = 端口 { $port } 上有服务，{ $name } 通常用这个端口
cli-channel-unlisted = 中转站说已修改渠道，但没有列出它
cli-channel-map = --map：{ $pair } 不是 本站名=上游名 的形式
cli-advice-dollars-million = 请写每百万 token 的美元数，例如 0.10
cli-price-negative = 价格不能是负数
cli-limit-negative = 上限不能是负数
cli-channels-none = 还没有渠道；添加：relaydeck channels add 名称 --url 地址
cli-channel-cooling = 冷却中，还有 { $seconds } 秒：{ $why }
cli-channel-cooling-for = 已启用，但以下模型在冷却：{ $models }

## 聊天，以及多处共用的文字

cli-chat-stdin-twice = 标准输入不能同时用于密钥和提示词
cli-chat-prompt-behind = 把提示词写在命令后面
cli-not-all-fetched = 此中转站的部分信息无法获取：{ $fault }
cli-stdin-unreadable = 标准输入不是可读的文本：{ $error }
cli-chat-no-prompt = 没有提示词
cli-chat-no-prompt-advice = 写在命令后面，或用管道传入：echo 你好 | relaydeck chat
cli-chat-refused = 已拒绝：未生成内容，不计费
cli-chat-no-answer = 没有应答；中转站是否计费尚不清楚
cli-chat-first = {"  "}首字 { $seconds } s
cli-chat-tokens = 输入 { $input }  输出 { $output }

## 控制台之外，诊断

cli-dashboard-broke = 控制台出错：{ $reports }
cli-dashboard-broke-advice = 没有丢失任何内容；请重新启动，并告诉我们当时的操作
cli-doctor-examining = 正在检查 { $address }
cli-doctor-no-address = { $tool } 没有可检查的地址
cli-doctor-no-address-advice = 设置：relaydeck tools setup { $tool }；或用 --url 检查一个地址
cli-doctor-nothing-asked = 没有向模型发送请求
cli-doctor-asked = 向模型发送了 { $count } 次请求，{ $cost }
cli-doctor-proof = 证明：
cli-doctor-tried = 试过：
cli-doctor-dollars = 请写美元数，例如 0.10

## 分组

cli-group-removed = 已移除分组 { $name }；属于它的令牌不再可用
cli-group-marked = { $group } 中的 { $model }：{ $good } 好，{ $bad } 差
cli-group-unlisted = 中转站说已设置分组，但没有列出它
cli-group-public = 所有账号可用
cli-group-private = 仅限自身分组为它的账号
cli-group-costs = { $name } 的倍率为 { $ratio }，{ $whom }
cli-group-auto-twice = { $name } 写了两次
cli-group-auto-none = 没有分组
cli-group-auto-begin = auto
cli-group-auto-begin-own = 账号自身的分组
cli-label-auto-most = 上限
cli-group-auto-most = 一个令牌最多指定 { $most } 个分组
cli-label-auto-begin = 新令牌
cli-column-accounts-of = 账号分组
cli-group-special-set = { $own } 分组的账号使用 { $group } 时倍率为 { $ratio }
cli-group-special-removed = { $own } 分组的账号使用 { $group } 时不再有专属倍率
cli-group-special-none = 没有专属倍率。
cli-group-no-ratio = --ratio：{ $text } 不是倍率
cli-group-no-ratio-advice = 请写 0 到 1000000 之间的数字，例如 0.8
cli-group-none = 没有名为 { $name } 的分组
cli-group-may-use = 此账号可用：{ $names }
cli-no-data = 暂无数据
cli-groups-none = 此账号没有可用的分组。
cli-group-no-failure = 最近 7 天没有
cli-not-given = 未给出
cli-group-failure = { $date }，{ $model }，请求 { $id }
cli-label-auto = 自动分组
cli-key-auto-only = 要尝试的分组和换下一个分组，只对 auto 分组的令牌有效
cli-key-auto-only-advice = 加上 --group auto，或去掉 --auto-groups 和 --cross-group-retry
cli-label-group = 分组
cli-label-description = 描述
cli-label-ratio = 倍率
cli-label-models = 模型
cli-label-succeeded = 成功率
cli-label-first-token = 首字
cli-label-last-failure = 最近失败
cli-group-no-data = 最近 7 天暂无数据
cli-group-marks = 你的标记：{ $good } 好，{ $bad } 差
cli-group-success = { $requests } 次中 { $percent }
cli-price-in-out = 输入 { $input }，输出 { $output }
cli-price-a-call = 每次 { $call }

## 测试结果，内置中转站的启动

cli-history-none = 还没有运行过测试：relaydeck verify --connect
cli-relay-not-up = 另一个 relaydeck 正在启动内置中转站，却一直没有启动成功
cli-relay-not-up-advice = 结束那个进程，再试一次
cli-relay-lock = 无法读取 { $folder } 中的中转站锁文件：{ $error }
cli-relay-lock-advice = 让自己可以读取该文件夹，或用 --home 换一个
cli-cannot-lock = 无法锁定 { $path }：{ $why }
cli-cannot-lock-advice = 让自己可以写入该文件夹，或用 --home 换一个
cli-lock-held = 被另一个 relaydeck 占用
cli-lock-held-advice = 结束那个进程（可能被 Ctrl-Z 挂起了），再试一次
cli-odd-listening = 中转站监听的地址异常：{ $error }

## 令牌

cli-keys-other-list = 中转站返回的不是令牌列表
cli-keys-of-account = （账号的）
cli-key-held = 已保存在本地
cli-key-not-held = 未保存
cli-key-not-held-here = 未保存在本地
cli-keys-none = 此账号还没有令牌；新建：relaydeck keys create --name 名称
cli-key-made = 已创建令牌 { $id }（{ $name }），密钥已存入 { $place }
cli-key-shown-again = ；中转站允许再次查看
cli-key-never-again = ；中转站不会再次显示
cli-key-no-quota = --quota：没有额度的令牌不能使用；至少给 { $least }，或写 `unlimited`
cli-keys-deleted = 已删除：{ $ids }
cli-key-none = 没有编号或名称为 { $typed } 的令牌
cli-key-none-advice = 参见：relaydeck keys list
cli-key-several = 有 { $count } 个令牌名为 { $typed }
cli-key-several-advice = 请用编号指定：{ $numbers }
cli-key-own-group = 账号自身的分组
cli-label-name = 名称
cli-label-id = ID
cli-label-key = 密钥
cli-label-secret = 保存
cli-label-status = 状态
cli-label-left = 剩余额度
cli-label-used = 已用额度
cli-label-expires = 过期时间
cli-label-created = 创建时间
cli-label-last-used = 最近使用
cli-label-addresses = IP 限制
cli-key-all-models = 所在分组的全部模型
cli-key-any-address = 不限
cli-key-no-change = 没有指定要修改什么
cli-key-changed = 已修改令牌 { $id }（{ $name }）
cli-keys-enabled = 已启用：{ $ids }
cli-keys-disabled = 已禁用：{ $ids }
cli-key-disabled = 令牌 { $id }（{ $name }）已禁用
cli-key-in-git = { $file } 位于 git 工作区 { $tree } 中，因此没有写入
cli-key-in-git-advice = 让 git 忽略该文件，再加上 --yes；或用 --file 换一个文件
cli-key-written = 已把 { $variables } 写入 { $file }
cli-and = {" "}和{" "}
cli-key-was-open = ；此前他人可以读取该文件

## 登录，按键和主题文件，手册页

cli-login-which = 哪个中转站？没有给出地址
cli-login-which-advice = 用 --url https://host 给出地址，或用 --name 指定已有的配置
cli-login-own-page = 此中转站只在自己的网页上注册账号：
cli-login-there-first = 先在那里注册，然后：relaydeck login --url … --user …
cli-login-renewed = { $name }（{ $address }）已换新的系统访问令牌
cli-profile-added = 已添加 { $name }（{ $address }），从现在起使用它
cli-ask-secret = 请输入密钥（不回显）：
cli-ask-password = 请输入密码（不回显）：
cli-ask-again = 请再输入一次：
cli-ask-differs = 两次输入的密码不一致
cli-ask-differs-advice = 没有发送任何内容，请重试
cli-secret-none = 没有输入任何内容
cli-secret-none-advice = 没有发送任何内容；请输入，或用 - 从管道传入
cli-login-no-password = 没有给出密码
cli-login-no-password-advice = 用 --password - 从管道传入，或放进 { $variable }
cli-keymap-advice = 改正该行，或移走文件以使用默认按键
cli-table-known = ；可用的有 { $words }
cli-theme-advice = 改正该行，或换一个主题
cli-keymap-broken = 按键表：{ $error }
cli-build-broken = 此程序已损坏；请换一个版本
cli-theme-none = 没有主题 { $name }
cli-theme-none-advice = 可选：{ $names }；或编写 { $file }
cli-file-advice = 改正该文件，或把它移走
cli-file-none = 它不是文件
cli-file-long = 它太大了
cli-man-folder = 请指定存在且可写的文件夹

## 迁移项目，启动

cli-migrate-found = 查看了 { $all } 个文件，其中 { $files } 个文件有 { $addresses } 处地址
cli-migrate-left = 保持原样：{ $place }（{ $why }）
cli-migrate-default = { $file } 没有写地址：除非运行环境设置了 OPENAI_BASE_URL={ $v1 } 或 ANTHROPIC_BASE_URL={ $base }，否则会直接发往供应商
cli-migrate-lacks = 可能无法迁移：{ $feature }，用于 { $place }
cli-migrate-written = 已写入；撤销：relaydeck migrate 文件夹 --undo。密钥需自行更换：供应商的密钥在中转站不可用
cli-migrate-not-written = 没有写入；加上 --write 才会写入
cli-no-tasks = 程序无法启动任务：{ $error }

## 模型广场

cli-model-exact = { $name }：名称准确
cli-model-exact-in = { $name }：名称准确，在分组 { $group } 中
cli-models-none = 没有匹配的模型。
cli-models-estimate = ~ 表示估算：中转站没有给出价格，这里是供应商 { $date } 的标价
cli-label-vendor = 供应商
cli-label-tags = 标签
cli-none = 无
cli-model-tokens = { $tokens } token
cli-model-context-listed = { $tokens } token（{ $date } 的厂商价目表；中转站未提供）
cli-label-context = 上下文
cli-label-max-output = 最大输出
cli-model-group = 分组 { $group }
cli-label-price = 价格
cli-model-price = 输入 { $input }，输出 { $output }，缓存读 { $read }，缓存写 { $write }（美元/百万 token）
cli-model-price-listed = 输入 ~{ $input }，输出 ~{ $output }，缓存读 ~{ $read }（美元/百万 token；估算：供应商 { $date } 的标价，中转站没有给出价格）
cli-model-price-tiered = 阶梯：{ $expression }

## 节点

cli-node-never = 从未
cli-node-best = ✓ 最快
cli-node-proxy = 请求经由代理 { $proxy }，只能测量完整响应的用时
cli-node-moved = { $profile } 从现在起使用 { $address }
cli-node-faster = { $address } 更快；切换：relaydeck nodes test --use-best
cli-node-as-good = 正在使用的节点已是最好的之一

## 价格（站长）

cli-price-set = 已为 { $model } 设置新价格，从下一次请求起生效
cli-price-removed = 已移除你为 { $model } 设置的价格
cli-price-advice = 请写美元数，例如 0.10；按百万 token 或按次
cli-price-incomplete = 价格需要 --input 和 --output，或 --call
cli-prices-none = 此中转站没有模型。
cli-propose-none = 内置价目没有未定价模型的价格。
cli-propose-set = 已按供应商 { $date } 的标价设置
cli-propose-look = 供应商 { $date } 的标价，美元/百万 token；尚未设置：加上 --yes 才会设置

## 配置

cli-profile-used = 从现在起使用 { $name }
cli-profile-local-stays = 内置中转站不能移除
cli-profile-local-stays-advice = 不使用它就没有任何开销
cli-profile-removed = 已移除 { $name } 及本地为它保存的密钥；它的令牌在中转站上仍然存在
cli-profile-add-one = 添加：relaydeck profiles add 名称 --url 地址 --key -
cli-there-are = 现有：{ $names }
cli-profile-none = 没有名为 { $name } 的配置
cli-profiles-none = 还没有使用过中转站；直接运行 relaydeck 会打开内置的。
cli-profile-no-model = 那里没有 { $model }
cli-profile-no-credential = 中转站需要凭据
cli-profile-no-credential-advice = 只调用模型用 --key；还要管理令牌和钱包用 --access-token；写 `-` 表示从标准输入读取

## 进度，示例，密钥输入，无界面运行中转站

cli-progress = { $what }：{ $seconds } 秒
cli-progress-one-waits = { $what }：{ $seconds } 秒，等待首段
cli-progress-many-wait = { $what }：{ $seconds } 秒，{ $many } 个请求在等待首段
cli-progress-one = { $what }：{ $seconds } 秒，已收到 { $tokens } token
cli-progress-many = { $what }：{ $seconds } 秒，已收到 { $tokens } token，{ $many } 个请求进行中
cli-sample-later = 控制台或 relaydeck serve 运行时，内置中转站才在 { $address } 响应
cli-sample-no-model = 此中转站没有已知的模型在 { $endpoint } 上响应
cli-stdin-empty = 标准输入为空，而 `-` 表示从中读取密钥
cli-stdin-empty-advice = 用管道传入：pass show relay | relaydeck … --key -
cli-no-randomness = 系统没有提供随机数：{ $error }
cli-serve-listens = relaydeck 中转站运行在 http://{ $address }（OpenAI 形式：http://{ $address }/v1）
cli-serve-open = 其他机器可以访问此中转站，密钥会明文传输：请在它前面加上 TLS
cli-serve-stops = 按 Ctrl-C 停止；正在输出的回答会先结束
cli-serve-stopping = 正在停止
cli-no-signals = 无法监听信号：{ $error }

## 会话，设置

cli-session-written = 已写入 { $file }
cli-session-renamed = 已改名
cli-session-none = 没有会话 { $ids }；已删除 { $gone } 个
cli-session-none-advice = 列出：relaydeck sessions list
cli-sessions-deleted = 已删除 { $count } 个
cli-sessions-none = 本地没有保存的会话，或没有匹配的
cli-config-token = 系统访问令牌 { $token }
cli-config-no-token = 本地没有保存系统访问令牌
cli-config-key = 令牌 { $name } { $masked }
cli-config-editor = 请把 EDITOR 设为存在的编辑器
cli-config-not-saved = 没有保存：{ $why }
cli-config-kept = 所写内容保存在 { $file }；请在那里改正，或重新编辑
cli-config-changed = 已修改 { $file }
cli-config-as-it-was = { $file } 没有变化
cli-config-no-room = 请腾出空间，或让目标文件夹属于你

## 地址，用量，钱包

cli-url-key = 密钥应放在 --key，或放进配置：relaydeck profiles add
cli-url-form = 以任意形式给出中转站地址，例如 https://host/v1
cli-url-tool = { $tool } 会调用 { $calls }
cli-export-ending = { $file } 的扩展名既不是 .csv 也不是 .jsonl
cli-export-ending-advice = 文件名应如 usage.csv 或 usage.jsonl
cli-export-written = 已把 { $count } 张收据写入 { $file }
cli-export-there = { $file } 已经存在
cli-export-there-advice = 换个名称，或用 --force 覆盖
cli-export-failed = 无法写入 { $file }：{ $error }
cli-export-failed-advice = 请选择可写且有空间的文件夹；没有留下残缺的文件
cli-column-day = 日期
cli-usage-not-known = （未知）
cli-usage-total = 合计
cli-usage-not-asked = 无法查询 { $profile }（{ $fault }）：此后其他程序经它的花费可能未计入。
cli-usage-no-answer = 未及时应答
cli-usage-none = 此时段没有发送请求。
cli-column-why = 存疑原因
cli-receipts-no-disputes = 此时段没有值得询问的收据。
cli-receipt-refused = 已拒绝：{ $why }
cli-fault-request = { $message }（请求 ID { $id }）
cli-receipt-running = 进行中
cli-receipt-interrupted = 中断
cli-label-account = 账号
cli-label-balance = 余额
cli-label-requests = 请求数
cli-label-codes = 兑换码
cli-wallet-codes = 可兑换
cli-wallet-no-codes = 不支持
cli-label-online = 在线支付
cli-wallet-not-online = 不支持
cli-label-shop = 商店
cli-wallet-empty = 钱包已空：充值之前，收费的请求都会被拒绝
cli-wallet-redeemed = 钱包增加了 { $added }；余额为 { $balance }
cli-wallet-pay = 打开该页面支付；中转站收到款后余额才会变化
cli-wallet-pay-price = 打开该页面支付，价格为 { $price }；中转站收到款后余额才会变化
cli-wallet-nothing = 钱包还没有入账记录。

## 工具

cli-link-none = 没有名为 { $name } 的可用链接设置的应用
cli-link-none-advice = 列出：relaydeck tools link
cli-link-ask = 此链接含有密钥 { $masked }。要打印吗？
cli-link-ask-advice = 链接含有密钥；加上 --yes 才会打印
cli-link-not-printed = 没有打印
cli-link-long = 链接太长，无法生成二维码
cli-link-later = 控制台或 relaydeck serve 运行时，内置中转站才在那里响应，且仅限本机
cli-yes = 有
cli-tools-by-relaydeck = 由 relaydeck
cli-tools-into-file = 写入 --file
cli-tools-ready = 就绪
cli-tools-wrong = 有误
cli-label-here = 本机
cli-tools-not-here = 在本机上没有找到
cli-label-install = 安装
cli-label-address = 地址
cli-tools-wants = { $wants }，实际调用 { $calls }
cli-label-writes = 写入
cli-label-facts = 依据
cli-label-state = 状态
cli-label-to-do = 待办
cli-label-undo = 撤销
cli-tools-undoable = { $count } 次：relaydeck tools undo { $tool }
cli-tools-after-by-hand = 设置之后，手动：
cli-tools-hand = 手动：
cli-tools-none-effective = 本机没有工具设置了自己的地址或密钥。
cli-label-model = 模型
cli-tools-wins = 生效
cli-tools-hidden = 被遮盖
cli-tools-of-profile = ，配置 { $name }
cli-tools-of-key = ，令牌 { $name }
cli-tools-look = 先用 --dry-run 查看，再加上 --yes
cli-tools-key = 密钥 { $masked }
cli-tools-ask-write = 写入吗？
cli-nobody-to-ask = 没有执行：这里没有人可以确认
cli-stdin = 标准输入：{ $error }
cli-tools-already = { $tool } 已经是这样设置的
cli-tools-not-written = 没有写入
cli-tools-written-new = 已写入；此前没有文件
cli-tools-written = 已写入；原文件保存在 { $folder }
cli-tools-takes-back = 撤销：relaydeck tools undo { $tool }
cli-tools-to-do = 待办：{ $step }
cli-tools-later = 控制台或 relaydeck serve 运行时，内置中转站才在那里响应
cli-tools-answered = 经所写设置的调用：{ $model } 在 { $ms } ms 后回答 { $text }，{ $cost }
cli-tools-not-among = 经所写设置的调用：此密钥可用 { $models } 个模型，其中没有 { $model }
cli-tools-written-but = 已写入，但经它的调用失败：{ $why }
cli-tools-set-by-hand = { $tool } 需手动设置；令牌为 { $name }（{ $masked }）
cli-tools-ask-undo = 撤销吗？
cli-nothing-changed = 没有改动
cli-tools-more-undo = 还可以撤销 { $count } 次更早的设置

## 测试

cli-verify-console = 控制台
cli-verify-testing = 测试 { $model }，密钥 { $key }，{ $address }
cli-verify-testing-in = 测试 { $model }，密钥 { $key }，分组 { $group }，{ $address }
cli-verify-sends = { $count } 次请求，{ $worst }
cli-verify-together = 合计
cli-verify-dear = 测试最多可能花费 { $most }，而上限是 { $limit }
cli-verify-unknown = 不知道测试要花多少，无法保证不超过 { $limit }：中转站没有给出价格
cli-verify-go-on = { $why }。继续吗？[y/N]
cli-verify-advice = 没有发送任何内容；提高 --max-cost，或加上 --yes
cli-verify-cost = 费用 { $cost }
cli-verify-checklist = 检查清单
cli-verify-workflow = 安全流程
cli-verify-next = {"  "}← 下一步

## 任何子命令都可能给出的文字

cli-closing = 等待使用此中转站的其他 relaydeck 和正在输出的回答结束；按 Ctrl-C 中断它们并结算已产生的部分
cli-odd-address = 中转站的地址异常：{ $error }
cli-stdout-gone = 无法写入标准输出：{ $error }
cli-stdout-gone-advice = 请为输出的去处腾出空间
cli-needs-account = 仅凭密钥，此中转站不列出这些

## 表格中的词

cli-channel-failing = 故障
cli-code-unused = 未使用
cli-code-used = 已使用
cli-role-user = 用户
cli-role-admin = 管理员
cli-role-owner = 站长
cli-price-from-nobody = 无
cli-price-from-relay = 中转站
cli-fault-not-an-api = 不是 API
cli-fault-endpoint-missing = 缺少端点
cli-fault-credential-refused = 凭据被拒绝
cli-fault-second-factor = 需要两步验证
cli-fault-key-expired = 令牌已过期
cli-fault-key-disabled = 令牌已禁用
cli-fault-key-quota = 令牌额度不足
cli-fault-balance = 余额不足
cli-fault-ip-not-allowed = IP 不允许
cli-fault-forbidden = 无权限
cli-fault-model-not-allowed = 模型不允许
cli-fault-group-not-allowed = 分组不允许
cli-fault-model-not-found = 找不到模型
cli-fault-model-unpriced = 模型未定价
cli-fault-not-found = 找不到
cli-fault-bad-request = 请求有误
cli-fault-usage = 用法有误
cli-fault-rate-limited = 请求过多
cli-fault-upstream = 上游出错
cli-fault-server = 中转站出错
cli-fault-network = 网络问题
cli-fault-timeout = 超时
cli-fault-stream-broken = 流中断
cli-fault-local = 本机问题
cli-fault-unsupported = 不支持
