# The texts of the interface in Simplified Chinese. `en.ftl` says how the catalogues work.
#
# The relays' own consoles fix the words: 令牌 is a key as a thing with a name, a group and a quota, 密钥 its secret `sk-…`;
# a model's tokens stay "token". 分组, 倍率, 渠道, 额度, 余额, 充值, 兑换码, 模型广场, 日志. A relay is a 中转站.

## The keys: what each does, for the help, and its word of the bottom row

bind-global-tab-keys = 令牌
bind-global-tab-groups = 分组
bind-global-tab-market = 模型广场
bind-global-tab-chat = 聊天
bind-global-tab-usage = 用量
bind-global-tab-verify = 验证
bind-global-next-tab = 下一个标签页
    .hint = 切换
bind-global-previous-tab = 上一个标签页
bind-global-help = 此处的按键
bind-global-command-line = 命令行：按名称执行各种操作、切换标签页，可补全
    .hint = 命令
bind-global-read-only = 只读模式：不改动、不花费；再按恢复
bind-global-privacy = 隐私模式：遮住密钥、金额和名称；再按显示
bind-global-back = 退一步：停止输出、关闭弹层、离开输入框、返回上层
bind-global-interrupt = 取消；一秒内按两次：退出
bind-global-redraw = 重绘整个屏幕
bind-global-suspend = 回到 shell；用 fg 返回
bind-global-quit = 退出
    .hint = 退出
bind-global-pick-relay = 换一个中转站，或添加一个
bind-global-tab-tools = 工具

bind-list-open = 打开光标所在项
    .hint = 打开
bind-list-back = 退一步
bind-list-down = 向下
bind-list-up = 向上
bind-list-page-down = 下翻一页
bind-list-page-up = 上翻一页
bind-list-top = 到第一项
bind-list-bottom = 到最后一项
bind-list-filter = 边输入边筛选
    .hint = 筛选
bind-list-copy = 复制光标所在项
    .hint = 复制
bind-list-refresh = 重新获取
    .hint = 刷新

bind-filter-accept = 保留筛选，回到列表
    .hint = 保留
bind-filter-back = 清除筛选
    .hint = 清除
bind-filter-down = 向下
bind-filter-up = 向上
bind-filter-page-down = 下翻一页
bind-filter-page-up = 上翻一页

bind-keys-new-key = 新建令牌
    .hint = 新建
bind-keys-edit-key = 修改设置
    .hint = 编辑
bind-keys-switch = 禁用，或重新启用；有标记时作用于所有标记的令牌
    .hint = 启用/禁用
bind-keys-copy-key = 复制密钥（本地已保存，或中转站允许再次查看时）
    .hint = 复制密钥
bind-keys-write-env = 写入 .env 文件
    .hint = 写入
bind-keys-replace-key = 密钥丢失：按相同设置新建一个，并禁用这一个
    .hint = 替换
bind-keys-delete = 删除已标记的令牌，或光标所在的令牌
    .hint = 删除
bind-keys-mark = 标记，以便批量删除或切换
    .hint = 标记
bind-keys-models = 其分组的模型
    .hint = 模型
bind-keys-hold-key = 从中转站取回密钥并保存在本地（中转站允许再次查看时）
bind-keys-mark-all = 标记全部显示的项，或全部取消
bind-keys-sort-name = 按名称排序；再按：倒序；再按：不排序
bind-keys-sort-group = 按分组排序
bind-keys-sort-left = 按剩余额度排序
bind-keys-sort-used = 按已用额度排序
bind-keys-sort-expires = 按过期时间排序
bind-keys-sort-last-used = 按最近使用排序
bind-keys-sort-status = 按状态排序

bind-groups-models = 它的模型
    .hint = 模型
bind-groups-keys = 它的令牌
    .hint = 令牌
bind-groups-details = 详情：运行情况、最近一次失败、背后的渠道
    .hint = 详情
bind-groups-contact-support = 复制一段给中转站客服的说明（最近一次失败）
bind-groups-sort-name = 按名称排序；再按：倒序；再按：不排序
bind-groups-sort-ratio = 按倍率排序
bind-groups-sort-models = 按模型数量排序
bind-groups-sort-success = 按实测成功率排序

bind-market-copy = 复制完整名称
    .hint = 复制名称
bind-market-chat = 用它聊天
    .hint = 聊天
bind-market-cycle-group = 显示下一个分组的价格
    .hint = 分组
bind-market-filter-by = 按供应商、端点、计费、标签或分组筛选
    .hint = 筛选项
bind-market-only-group = 只看该分组的模型，或恢复全部
    .hint = 仅此分组
bind-market-groups = 有此模型的分组，最优在前
    .hint = 所在分组
bind-market-sort-name = 按名称排序；再按：倒序；再按：不排序
bind-market-sort-vendor = 按供应商排序
bind-market-sort-input = 按输入价格排序
bind-market-sort-output = 按输出价格排序
bind-market-sort-context = 按上下文长度排序
bind-market-copy-url = 复制调用它的完整 URL
    .hint = 复制 URL
bind-market-new-key = 为它新建令牌

bind-detail-down = 向下
bind-detail-up = 向上
bind-detail-page-down = 下翻一页
bind-detail-page-up = 上翻一页
bind-detail-top = 到开头
bind-detail-bottom = 到结尾
bind-detail-copy = 复制完整名称
    .hint = 复制名称
bind-detail-back = 关闭
    .hint = 关闭

bind-usage-cycle-span = 下一个时间段：今天、7 天、30 天
    .hint = 时段
bind-usage-cycle-breakdown = 下一种分类：按模型、令牌、分组、工具
    .hint = 分类
bind-usage-disputes = 只看值得向中转站询问的收据，或恢复全部
    .hint = 存疑
bind-usage-copy = 复制请求 ID
    .hint = 复制 ID

bind-verify-open = 运行；费用超过 0.10 美元时会再确认一次
    .hint = 运行
bind-verify-down = 向下
bind-verify-up = 向上
bind-verify-page-down = 结果下翻一页
    .hint = 更多
bind-verify-page-up = 结果上翻一页
bind-verify-top = 到第一项
bind-verify-bottom = 到最后一项
bind-verify-copy = 复制结果
    .hint = 复制
bind-verify-refresh = 重新查看费用、清单和历史
    .hint = 刷新
bind-verify-back = 停止正在运行的
    .hint = 停止

bind-chat-write = 写消息
    .hint = 写
bind-chat-down = 向下
bind-chat-up = 向上
bind-chat-page-down = 下翻一页
bind-chat-page-up = 上翻一页
bind-chat-top = 到开头
bind-chat-follow = 到结尾并跟随
    .hint = 跟随
bind-chat-retry = 重新提出上一个问题（未得到完整回答时）
    .hint = 重试
bind-chat-diagnose = 逐级查明回答失败的原因
    .hint = 诊断
bind-chat-pick-model = 选择模型
    .hint = 模型
bind-chat-pick-key = 选择令牌
    .hint = 令牌
bind-chat-sessions = 已保存的会话：打开、改名、导出、删除
    .hint = 会话
bind-chat-external-editor = 用自己的编辑器书写（$VISUAL、$EDITOR）
    .hint = 编辑器
bind-chat-chat-settings = 系统提示词、温度、最大 token 数、思考、协议
bind-chat-previous-turn = 选上一个问题
bind-chat-next-turn = 选下一个问题
bind-chat-edit-turn = 换个问法重提所选（或最后一个）问题；原会话保留
    .hint = 编辑
bind-chat-export = 把此会话写入文件
bind-chat-copy = 复制最后的回答
    .hint = 复制
bind-chat-new-conversation = 开始新对话
bind-chat-toggle-reasoning = 展开或收起模型的推理过程
bind-chat-select = 以纯文本显示对话，便于用鼠标选取
bind-chat-save-answer = 把最后的回答存为此处的文件
bind-chat-print-later = 离开时打印最后的回答
bind-chat-mark-good = 把回答标为好，记到它的分组和模型
bind-chat-mark-bad = 把回答标为差，记到它的分组和模型

bind-chat-input-send = 发送
    .hint = 发送
bind-chat-input-newline = 换行
    .hint = 换行
bind-chat-input-back = 停止回答；再按离开输入框
    .hint = 停止
bind-chat-input-follow = 到对话结尾并跟随；已跟随时到行尾
bind-chat-input-line-start = 到行首
bind-chat-input-line-up = 上移一行
bind-chat-input-line-down = 下移一行

bind-form-accept = 到下一栏；在分组上：从列表选择；在按钮上：提交
    .hint = 下一栏/提交
bind-form-next-field = 下一栏
bind-form-previous-field = 上一栏
bind-form-newline = 在多行文本中换行
bind-form-next-choice = 此栏的下一个选项；右箭头和空格亦可
bind-form-previous-choice = 上一个选项；左箭头亦可
bind-form-list-choices = 在模型或分组栏：从列表选择
bind-form-back = 离开；不发送任何内容
    .hint = 离开

bind-confirm-yes = 是，执行
    .hint = 是
bind-confirm-no = 否
    .hint = 否

bind-help-back = 关闭
    .hint = 关闭
bind-help-down = 向下
bind-help-up = 向上
bind-help-page-down = 下翻一页
bind-help-page-up = 上翻一页
bind-help-top = 到开头
bind-help-bottom = 到结尾

bind-first-run-open = 进入此门
    .hint = 进入
bind-first-run-down = 下一扇门
    .hint = 下一个
bind-first-run-up = 上一扇门
bind-first-run-first-door = 内置中转站
bind-first-run-second-door = 用密钥接入中转站
bind-first-run-third-door = 登录中转站

bind-closed-refresh = 再试一次
    .hint = 重试
bind-closed-pick-relay = 换一个中转站，或添加一个
    .hint = 换中转站

bind-secret-copy = 复制密钥
    .hint = 复制
bind-secret-write-env = 写入 .env 文件
    .hint = 写入 .env
bind-secret-back = 关闭；尚未复制时会再问一次
    .hint = 关闭

bind-picker-accept = 选定
    .hint = 选定
bind-picker-mark = 标记（可多选时）
    .hint = 标记
bind-picker-down = 向下
bind-picker-up = 向上
bind-picker-page-down = 下翻一页
bind-picker-page-up = 上翻一页
bind-picker-back = 保持原样离开
    .hint = 离开

bind-sessions-accept = 打开
    .hint = 打开
bind-sessions-rename = 改名
    .hint = 改名
bind-sessions-export = 写入文件
    .hint = 导出
bind-sessions-delete = 删除
    .hint = 删除
bind-sessions-new-conversation = 新建会话
    .hint = 新建
bind-sessions-down = 向下
bind-sessions-up = 向上
bind-sessions-page-down = 下翻一页
bind-sessions-page-up = 上翻一页
bind-sessions-back = 离开列表
    .hint = 离开

bind-command-accept = 执行
    .hint = 执行
bind-command-next-choice = 补全：下一个候选
    .hint = 补全
bind-command-previous-choice = 上一个候选
bind-command-line-up = 上一条输入过的命令
    .hint = 历史
bind-command-line-down = 下一条输入过的命令
bind-command-back = 离开
    .hint = 离开

bind-side-take-left = 把左边的回答收入会话
    .hint = 取左
bind-side-take-right = 把右边的回答收入会话
    .hint = 取右
bind-side-down = 向下
bind-side-up = 向上
bind-side-page-down = 下翻一页
bind-side-page-up = 上翻一页
bind-side-top = 到开头
bind-side-follow = 到结尾并跟随
bind-side-back = 停止回答；再按则都不收，直接关闭
    .hint = 停止/关闭

bind-global-wallet = 钱包，以及所有中转站的并排对比

bind-wallet-redeem = 兑换兑换码
    .hint = 兑换
bind-wallet-top-up = 下一笔充值订单，在中转站的页面上支付
    .hint = 充值
bind-wallet-copy-url = 复制中转站商店的地址
    .hint = 复制商店
bind-wallet-refresh = 重新查看
    .hint = 重新查看

bind-link-copy = 复制这个地址
    .hint = 复制地址
bind-link-back = 关闭
    .hint = 关闭

bind-offer-down = 下一个回答
bind-offer-up = 上一个回答
bind-offer-accept = 确认选中的回答
    .hint = 确认
bind-offer-back = 暂不
    .hint = 暂不

bind-tools-open = 设置该工具（先看差异）；显示示例或链接
    .hint = 设置
bind-tools-undo = 撤销该工具最近一次设置（先看差异）
    .hint = 撤销
bind-tools-check = 用该工具的配置发一次极小的调用
    .hint = 测试
bind-tools-copy = 复制该工具所需形式的地址、示例或链接
    .hint = 复制

## The places that have keys

place-global = 全局
place-list = 列表中
place-filter = 筛选时
place-keys = 令牌
place-groups = 分组
place-market = 模型广场
place-usage = 用量
place-verify = 验证
place-tools = 工具
place-chat = 聊天
place-chat-input = 书写时
place-form = 表单中
place-confirm = 确认
place-help = 帮助
place-first-run = 首次运行
place-closed = 未打开中转站
place-detail = 详情
place-secret = 新密钥
place-picker = 选择
place-sessions = 会话
place-command = 命令行
place-side = 并排对比
place-wallet = 钱包
place-link = 别处的页面
place-offer = 在本机上找到

## Figures
figure-minutes = { $minutes } 分钟
figure-never = 永不过期
figure-ago = { $span }前
figure-in = { $span }后
figure-time-out-of-range = 超出范围的时间
figure-no-data = 暂无数据
figure-all-of = { $count } 次请求全部成功
figure-part-of = { $count } 次请求中 { $whole }.{ $tenth } % 成功
figure-speed-tenths = { $whole }.{ $tenth } tok/s
figure-speed = { $tokens } tok/s
figure-a-call = 每次 { $price }
figure-tiered = 阶梯

## The screen: the first rows, the tabs, pages without a tab

screen-small = relaydeck 需要 { $width }x{ $height }；当前为 { $has_width }x{ $has_height }
deck-read-only = 只读{" "}
deck-private = 隐私{" "}
deck-opening = {" "}正在打开 { $name }
deck-not-open = {" "}{ $name } 未打开
deck-out-of-reach = {" "}无法连接
deck-group = {"  "}分组{" "}
deck-wallet-empty = 余额 { $rest }，请充值
deck-wallet = {"   "}钱包{" "}
deck-today = {"   "}今天{" "}
deck-tokens = {"   "}{ $tokens } tok
deck-help = {" "}帮助{" "}
hint-read = 阅读
hint-copy = 复制
page-starting = { $working } 正在启动
page-opening = {" "}{ $working } 正在打开 { $name }
page-not-opened = 无法打开 { $name }
fault-status = （HTTP { $status }）
fault-request = 请求 { $id }
page-not-open-ways = r 再试一次，P 换用或添加中转站，q 退出。
first-run-welcome = 欢迎。要把哪个中转站放上控制台？
first-run-promise = 进门之前不会向任何地方发送任何内容。之后随时可以按 P 添加和切换中转站。
first-run-inside-title = 使用内置中转站
first-run-inside-about = 无需账号、无需网络、无需付费：10 美元体验金和两个内置模型
first-run-key-title = 用密钥接入中转站
first-run-key-about = 粘贴地址和密钥：查看模型和公开的价格，聊天，看到每个回答的费用
first-run-login-title = 登录中转站
first-run-login-about = 用系统访问令牌、密码或新账户：还能管理令牌、分组和钱包
tab-keys = 令牌
tab-groups = 分组
tab-market = 模型广场
tab-chat = 聊天
tab-usage = 用量
tab-verify = 验证
tab-tools = 工具

## Messages that pass, in the last row

saved-in = { $what }已存入 { $path }
saved-not = 无法保存{ $what }：{ $why }
read-only-refused = 只读模式下不改动、不花费
read-only-advice = 按 ^R 结束只读
copied-sent = { $what }{ $words }
copied-not = 无法复制{ $what }：{ $why }
copied-key = 密钥
copied-key-secret = 令牌的密钥
copied-tool-address = 该工具所需形式的地址
copied-sample = 示例
copied-link = 链接
copied-answer = 回答
copied-group-name = 分组名称
copied-key-name = 令牌名称
copied-model-name = 完整名称
copied-url = URL
copied-request-id = 请求 ID
copied-findings = 结果
copied-support = 给中转站客服的说明
chat-picture-goes = { $name } 将随下一个问题发送
relay-added = 已添加 { $name }
relay-added-mended = 已添加 { $name }；以下内容已修正
engine-busy = 忙：等待处理的事太多
engine-busy-advice = 请稍后再试
engine-ended = 本界面背后的引擎已结束
engine-ended-advice = 所见内容已保留；请退出并重新启动 relaydeck
read-only-refused-whole = 只读模式下不改动、不花费；按 ^R 结束
read-only-on = 只读：不改动、不花费
read-only-off = 已结束只读模式
quit-once-more = 再按一次 ^C 退出
key-saved = 已保存 { $name }
key-secret-kept = 密钥已存入 { $place }：可以用它聊天了
env-written = 已写入 { $file }
env-was-open = ，此前他人可以读取
key-deleted-some = { $message }（已删除 { $done } 个）
keys-deleted = 已删除 { $done } 个令牌
keys-switched = { $enabled ->
    [yes] 已启用 { $done } 个令牌
   *[no] 已禁用 { $done } 个令牌
 }
keys-switched-some = { $message }（{ $enabled ->
    [yes] 已启用
   *[no] 已禁用
 } { $done } 个）
list-found = { $shown } / { $total }
list-fetching = { $gap }{ $working } 正在获取
list-old = {"  "}{ $age }前的数据
list-try-again = 按 r 再试一次
list-no-match = 没有匹配项；按 Esc 清除筛选。

## The terminal: copying, editing, a terminal that cannot be used

copy-too-long = { $size } kB 超过终端剪贴板的上限（100 kB）；在聊天中按 M-s 存为文件，M-p 在离开时打印，M-v 显示以供选取
copy-nothing = 没有可复制的内容
copy-sent-tmux = 已放入 tmux 缓冲区并发送到终端
copy-sent = 已发送到终端
editor-lost = 编辑器 { $command } 丢失：{ $error }；未做任何改动
editor-not-found = 找不到 { $command }；请把 EDITOR 设为存在的编辑器。未做任何改动
editor-failed = { $command } 以 { $status } 结束；未做任何改动
editor-unreadable = 无法读取 { $command } 写的内容：{ $error }
editor-no-text = { $command } 写的不是 UTF-8 文本；未做任何改动
editor-not-started = 无法启动 { $command }：{ $error }
editor-gone = 编辑器已丢失；未做任何改动
select-back = {"\u000A"}-- 按回车键回到 relaydeck --{"\u000A"}
terminal-unusable = 无法使用此终端：{ $why }
terminal-unusable-advice = 换一个终端再试；relaydeck chat 不需要屏幕
terminal-none = 控制台需要终端，而它的{ $side }不是终端
terminal-no-cursor = 控制台需要能移动光标的终端，而 TERM={ $term } 表示此终端不能
terminal-none-advice = 没有终端也都能用：relaydeck chat、keys、models、usage、channels、profiles、serve；--help 列出它们，--json 供程序使用
terminal-no-cursor-advice = 把 TERM 设为实际的终端类型，例如 xterm-256color；或使用不需要屏幕的 relaydeck chat、keys、models、usage
terminal-input = 输入
terminal-output = 输出

## 钱包，以及别处的页面

copied-shop = 商店的地址
wallet-no-relay = 没有打开任何中转站
wallet-no-payments = 该中转站不通过 API 收款
wallet-no-shop = 该中转站没有给出商店地址
wallet-redeemed = 钱包增加了 { $amount }
wallet-order-price = 价格为 { $price }，在中转站的页面上支付。
wallet-order-number = 订单 { $number }
wallet-order-later = 中转站收到款后余额才会变化；在钱包中按 r 重新查看。
wallet-order-title = 在中转站的页面上支付
register-there = 该中转站只在自己的页面上注册账户。
register-there-then = 先在那里注册；然后关闭此页，选择“密码”并登录。
register-there-title = 在中转站的页面上注册账户
link-code-rows = 终端再高 { $count } 行，就能显示手机可扫描的二维码。
wallet-redeem-title = 兑换
wallet-redeem-code = 兑换码
wallet-redeem-code-hint = 照原样粘贴；只能用一次
wallet-redeem-send = 兑换
wallet-order-amount-hint = 额度，整数美元
wallet-order-form = 钱包充值
wallet-order-amount = 金额
wallet-order-method = 支付方式
wallet-order-method-hint = 在中转站的页面上支付，不在这里
wallet-order-send = 获取链接
wallet-redeem-empty = 请粘贴兑换码
wallet-order-amount-wrong = 请填整数美元，例如 10
wallet-order-amount-suggested = 额度，整数美元；建议：{ $amounts }
wallet-order-least = 该方式至少 { $least }
wallet-account-unknown = 还不知道账户信息；按 r 再问一次。
wallet-key-only = 该中转站只用令牌添加：看不到它的钱包。按 P 用账户重新添加。
wallet-account = 账户
wallet-group = 分组
wallet-balance = 余额
wallet-used = 已用
wallet-requests = 请求数
wallet-ways = 充值
wallet-way-code = 按 c 兑换兑换码
wallet-way-none = 中转站没有给出充值方式；请问它的运营者
wallet-came-in = 入账记录
wallet-came-in-nothing = 还没有
wallet-empty-warning = { $sign } 余额为空时什么都不会发送：请在下面充值
wallet-fetching = { $sign } 正在获取
wallet-way-online = 按 t 在线支付：{ $methods }
wallet-way-shop = 按 u 复制商店地址：{ $address }
wallet-came-in-more = 还有 { $count } 条：relaydeck wallet history
wallet-relays = 所有中转站并排对比
wallet-relays-no-model = 没有
wallet-relays-tiers = 分级计价
wallet-relays-looking = { $sign } 正在逐个查看
wallet-relays-prices = { $model }，美元／百万 token：
wallet-relays-per-token = 输入 { $input } 输出 { $output }
wallet-relays-per-call = 每次 { $price }
wallet-relays-group = { $prices }，分组 { $group }
wallet-title = 钱包与中转站

## 在本机上找到的上游

offer-title = 让内置中转站使用 { $name }？
offer-found = 在本机上找到：{ $found }
offer-where = { $address }，协议 { $kind }，{ $credential }
offer-no-key = 无令牌
offer-consequence = 使用后会查询它的模型并放进模型广场；此后对这些模型的请求会发到那里，计入它的账户。目前还没有向它发送任何内容。
offer-not-now = 暂不；下次启动再问
offer-use = 使用
offer-never = 不再提供
offer-asking = 正在查询 { $name } 的模型
offer-declined = 不再提供 { $name }；relaydeck channels offers 仍会列出
offer-later = 没有使用；下次启动再问
offer-taken = { $name } 已成为渠道：{ $count } 个模型，{ $models }

## 用户自己的标记

mark-nothing = 没有可标记的回答
mark-no-group = 不知道该回答的分组，无法标记
mark-good = 已标为好：{ $group } 中的 { $model }
mark-bad = 已标为差：{ $group } 中的 { $model }
mark-sums = { $good } 好，{ $bad } 差
mark-label = 你的标记
mark-none = 还没有；在对话中用 + 和 - 标记回答
