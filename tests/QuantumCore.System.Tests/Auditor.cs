using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Compares what customers were told with what an exchange knows after it was killed and started again: over the wire,
/// and in the tables. Every difference is a sentence in <see cref="Findings"/>.
/// </summary>
internal sealed class Auditor(Uri address, Storage storage, IReadOnlyDictionary<long, string> keys, Diary diary)
    : IDisposable
{
    private const int Lanes = 8;

    private readonly Dictionary<long, Customer> _customers =
        keys.ToDictionary(key => key.Key, key => new Customer(address, key.Value));
    private readonly Customer _administrator = new(address, "demo-admin");
    private readonly List<string> _findings = [];

    /// <summary>Discrepancies found.</summary>
    public IReadOnlyList<string> Findings => _findings;

    /// <summary>Instruments that are traded.</summary>
    public IReadOnlyList<Traded> Markets { get; init; } = Traded.Usual;

    /// <summary>Audit of settlement and margin; null if no trade settles later and no account may owe.</summary>
    public ClearingAudit? Clearing { get; init; }

    /// <summary>Number of orders whose placement got no response but is durable.</summary>
    public int DurableUnanswered { get; private set; }

    /// <summary>Audits the diary's round; the exchange is ready and nobody else trades.</summary>
    public async Task AuditAsync(string round, Random random, bool wholeHistory)
    {
        await storage.CaughtUpAsync();
        await CountDurableAsync(round);
        await InsistAsync();
        await RepeatAsync(random);
        await storage.CaughtUpAsync();
        await MoneyAudit.SettledAsync(storage);
        await storage.CaughtUpAsync();
        foreach (var finding in await MoneyAudit.FindingsAsync(storage, wholeHistory ? diary.All : diary.Round))
            Find(finding);
        foreach (var finding in Clearing is null ? [] : await Clearing.FindingsAsync(_administrator, diary))
            Find(finding);
        await CompareOrdersAsync(
            wholeHistory ? "" : $" WHERE client_order_id LIKE '{round}-%'", wholeHistory ? diary.All : diary.Round);
        await CompareFillsAsync();
        await CompareBalancesAsync();
        await CompareBooksAsync();
        foreach (var violation in await LedgerAudit.ViolationsAsync(storage))
            Find(violation);
        foreach (var violation in await InvariantAudit.ViolationsAsync(storage))
            Find(violation);
    }

    /// <summary>Returns the amounts that came into the exchange from outside, by asset.</summary>
    public static async Task<Dictionary<string, decimal>> PaidInAsync(Storage storage) =>
        (await storage.HistoryAsync(
            "SELECT b.asset, b.total, a.decimals FROM balance b JOIN asset a ON a.asset = b.asset WHERE b.account = 0"))
        .ToDictionary(row => (string)row[0], row => -Units(row[1], row[2]), StringComparer.Ordinal);

    /// <summary>Checks that the amounts paid in are the initial amounts plus the diary's deposits.</summary>
    public async Task CompareDepositsAsync(Dictionary<string, decimal> atFirst)
    {
        var paidIn = await PaidInAsync(storage);
        var deposits = diary.All.Where(entry => entry.Wish == Wish.Deposit).ToList();
        var withdrawals = diary.All.Where(entry => entry is { Wish: Wish.Withdraw, Reply.IsDone: true }).ToList();
        foreach (var (asset, first) in atFirst)
        {
            var expected =
                first + deposits.Where(d => d.Money.Asset == asset && d.Reply.IsDone).Sum(d => d.Money.Amount)
                - withdrawals.Where(w => w.Money.Asset == asset).Sum(w => w.Money.Amount);
            if (paidIn.GetValueOrDefault(asset) != expected)
                Find($"{asset}: {paidIn.GetValueOrDefault(asset)} paid in, deposits less withdrawals say {expected}");
        }

        foreach (var row in await storage.HistoryAsync(
            "SELECT cause, COUNT(*) FROM posting WHERE account >= 1000 AND cause LIKE 'deposit r%' GROUP BY account, cause HAVING COUNT(*) <> 1"))
            Find($"{row[0]} is booked {row[1]} times");
    }

    public void Dispose()
    {
        foreach (var customer in _customers.Values)
            customer.Dispose();
        _administrator.Dispose();
    }

    private static decimal Units(object amount, object decimals)
    {
        var units = Convert.ToDecimal(amount, CultureInfo.InvariantCulture);
        for (var i = Storage.Whole(decimals); i > 0; i--)
            units /= 10;
        return units;
    }

    private void Find(string finding)
    {
        lock (_findings)
            _findings.Add(finding);
    }

    private Task EachAsync(IEnumerable<Entry> entries, Func<Entry, Task> check) => Parallel.ForEachAsync(
        entries, new ParallelOptions { MaxDegreeOfParallelism = Lanes }, async (entry, _) => await check(entry));

    private async Task CountDurableAsync(string round)
    {
        var names =
            (await storage.HistoryAsync(
                $"SELECT account, client_order_id FROM ord WHERE client_order_id LIKE '{round}-%'"))
            .Select(row => (Storage.Whole(row[0]), (string)row[1])).ToHashSet();
        DurableUnanswered = diary.Round.Count(entry =>
            entry.Wish is Wish.Place or Wish.Amend && !entry.Reply.IsDefinite
                && names.Contains((entry.Account, entry.Name)));
    }

    /// <summary>Repeats every request of unknown outcome until it has one.</summary>
    private Task InsistAsync() =>
        EachAsync(
            diary.Round.Where(entry => !entry.Reply.IsDefinite).OrderBy(entry => entry.SentAt).ToList(), async entry =>
            {
                entry.WasUnknown = true;
                var customer = entry.Wish is Wish.Deposit or Wish.Transfer or Wish.Holidays
                    ? _administrator
                    : _customers[entry.Account];
                diary.Answered(entry, await customer.InsistAsync(entry.Method, entry.Path, entry.Body));
            });

    /// <summary>Checks that the same order again gets the same report, or the same rejection.</summary>
    private Task RepeatAsync(Random random)
    {
        var definite = diary.Round
            .Where(
                entry => entry.Wish is Wish.Place or Wish.Strategy && (entry.Reply.IsDone || entry.Reply.Status == 422))
                .ToArray();
        random.Shuffle(definite);
        return EachAsync(definite.Take(150), async entry =>
        {
            var (customer, first) = (_customers[entry.Account], entry.Reply);
            var again = await customer.InsistAsync(entry.Method, entry.Path, entry.Body);
            if (again.Status != first.Status || (!first.IsDone && again.Code != first.Code))
            {
                Find($"Answered differently when sent again ({again.Status} {again.Raw}): {entry}");
                return;
            }

            if (entry.Wish == Wish.Strategy && first.IsDone && again.Raw != first.Raw)
                Find($"Answered differently when sent again ({again.Raw}): {entry}");
            if (!first.IsDone || entry.Wish == Wish.Strategy)
                return;
            foreach (var member in (string[])[
                "orderId", "clientOrderId", "symbol", "side", "filled", "remaining", "status", "endReason", "sequence",
                "fills"])
            {
                if (again.Text(member) != first.Text(member))
                    Find($"Another {member} when sent again ({again.Raw}): {entry}");
            }

            var now = await customer.GetAsync($"orders/{entry.Symbol}/{first.Text("orderId")}");
            if (!now.IsDone || now.Text("clientOrderId") != entry.Name
                || now.Decimal("filled") < first.Decimal("filled"))
                Find($"The order is now {now.Status} {now.Raw}: {entry}");
        });
    }

    private async Task CompareOrdersAsync(string where, IEnumerable<Entry> entries)
    {
        var rows = (await storage.HistoryAsync(
            $"SELECT account, client_order_id, symbol, order_id, state, filled, i.lot_size, i.quantity_decimals FROM ord JOIN (SELECT symbol AS s, MAX(lot_size) lot_size, MAX(quantity_decimals) quantity_decimals FROM instrument GROUP BY symbol) i ON i.s = ord.symbol{where}"))
            .Where(row => row[1] is string && row[3] is not DBNull)
            .Select(row => new Row(
                Storage.Whole(row[0]), (string)row[1], (string)row[2], Storage.Whole(row[3]), (string)row[4],
                Units(Storage.Whole(row[5]) * Storage.Whole(row[6]), row[7])))
            .ToList();
        var byName = rows.ToLookup(row => (row.Account, row.Name));
        var byId = rows.ToLookup(row => (row.Symbol, row.OrderId));
        var list = entries.ToList();
        foreach (var entry in list.Where(entry => entry.Wish is Wish.Place or Wish.Amend))
            CompareOrder(entry, [.. byName[(entry.Account, entry.Name)]]);
        foreach (var entry in list.Where(entry => entry.Wish == Wish.Strategy))
            CompareLegs(entry, [.. byName[(entry.Account, entry.Name)], .. byName[(entry.Account, entry.Name + ".2")]]);
        foreach (var entry in list.Where(entry => entry.Wish == Wish.Cancel))
            CompareCancel(entry, byId[(entry.Symbol, entry.Target)].SingleOrDefault());
        CompareCancelAlls(list, byName);
    }

    private void CompareOrder(Entry entry, Row[] found)
    {
        if (!entry.HasOrder)
        {
            if (found.Any(row => row.State != "rejected"))
                Find($"There is an order {found[0]} where there should be none: {entry}");
            return;
        }

        if (found.Length != 1 || found[0].OrderId != entry.Reply.Number("orderId"))
        {
            Find($"{found.Length} orders are there ({string.Join(", ", found)}): {entry}");
            return;
        }

        var (state, filled) = (entry.Reply.Text("status"), entry.Reply.Decimal("filled"));
        var isOver = state is "filled" or "cancelled" or "expired";
        if (found[0].Filled < filled || (isOver && (found[0].State != state || found[0].Filled != filled)))
            Find($"The order is {found[0]}: {entry}");
    }

    /// <summary>Checks that a multi-leg order has both legs or neither, and that both have traded the same.</summary>
    private void CompareLegs(Entry entry, Row[] found)
    {
        if (!entry.Reply.IsDone)
        {
            if (found.Any(row => row.State != "rejected"))
                Find($"There is a leg {found[0]} where there should be none: {entry}");
            return;
        }

        var told = entry.Reply.Items("orders").ToArray();
        if (found.Length != 2 || told.Length != 2)
        {
            Find($"{found.Length} legs are there ({string.Join(", ", found.AsEnumerable())}): {entry}");
            return;
        }

        if (found[0].Filled != found[1].Filled || (found[0].State == "open") != (found[1].State == "open"))
            Find($"Legged out: {found[0]} and {found[1]}: {entry}");
        for (var i = 0; i < told.Length; i++)
        {
            if (found[i].OrderId != told[i].GetProperty("orderId").GetInt64()
                || found[i].Filled < Decimal(told[i], "filled"))
                Find($"The leg is {found[i]}: {entry}");
        }
    }

    private void CompareCancel(Entry entry, Row? found)
    {
        if (found is null || !(entry.Reply.IsDone || entry.Reply.Code == "OrderClosed"))
            return;
        var told = entry.Reply.IsDone ? entry.Reply.Body : entry.Reply.Body.GetProperty("order");
        if (found.State == "open"
            || found.Filled != decimal.Parse(told.GetProperty("filled").GetString()!, CultureInfo.InvariantCulture))
            Find($"A cancelled order is {found}: {entry}");
    }

    /// <summary>Checks that orders entered before a mass cancel was sent are not open after it.</summary>
    private void CompareCancelAlls(List<Entry> entries, ILookup<(long, string), Row> byName)
    {
        foreach (var all in entries.Where(entry => entry.Wish == Wish.CancelAll && entry.Reply.IsDone))
        {
            foreach (var order in entries.Where(
                entry => entry.HasOrder && entry.Account == all.Account && entry.AnsweredAt < all.SentAt))
            {
                if ((all.Symbol.Length == 0 || all.Symbol == order.Symbol)
                    && byName[(order.Account, order.Name)].Any(row => row.State == "open"))
                    Find($"Still open after {all}: {order}");
            }
        }
    }

    /// <summary>Checks that each reported fill exists once, as it was reported.</summary>
    private async Task CompareFillsAsync()
    {
        foreach (var group in diary.Round.Where(entry => entry.HasOrder)
            .GroupBy(entry => (entry.Account, entry.Symbol)))
        {
            var (account, symbol) = group.Key;
            var fills = await FillsAsync(account, symbol, group.SelectMany(entry => entry.Reply.Items("fills")));
            foreach (var entry in group)
            {
                foreach (var told in entry.Reply.Items("fills"))
                {
                    var key = $"{told.GetProperty("tradeId")} {entry.Reply.Number("orderId")}";
                    if (!fills.TryGetValue(key, out var fill))
                        Find($"Fill {key} of {symbol} is not there: {entry}");
                    else if (((string[])["price", "quantity", "fee", "liquidity"]).Any(
                        m => fill.GetProperty(m).GetString() != told.GetProperty(m).GetString()))
                        Find($"Fill {key} of {symbol} is {fill}: {entry}");
                }
            }
        }
    }

    /// <summary>
    /// Returns all fills of an account and symbol from the first reported one on. There may be more than a page holds.
    /// </summary>
    private async Task<Dictionary<string, JsonElement>> FillsAsync(
        long account, string symbol, IEnumerable<JsonElement> told)
    {
        var fills = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var first =
            told.Select(
                static fill =>
                    long.Parse(fill.GetProperty("tradeId").GetString()!.Split('-')[0], CultureInfo.InvariantCulture))
            .DefaultIfEmpty(1).Min();
        for (var after = $"{first - 1}-0"; ;)
        {
            var reply = await _customers[account].InsistAsync(
                HttpMethod.Get, $"fills?symbol={symbol}&after={after}&limit=1000", null);
            var page = reply.Items("fills").ToArray();
            foreach (var fill in page)
            {
                if (!fills.TryAdd($"{fill.GetProperty("tradeId")} {fill.GetProperty("orderId")}", fill))
                    Find($"ACC-{account} {symbol} has a fill twice: {fill}");
            }

            if (page.Length < 1_000)
                return fills;
            after = page[^1].GetProperty("tradeId").GetString()!;
        }
    }

    private async Task CompareBalancesAsync()
    {
        var rows = (await storage.HistoryAsync(
            "SELECT b.account, b.asset, b.total, b.reserved, a.decimals FROM balance b JOIN asset a ON a.asset = b.asset"))
            .ToDictionary(
                row => (Storage.Whole(row[0]), (string)row[1]), row => (Units(row[2], row[4]), Units(row[3], row[4])));
        foreach (var (account, customer) in _customers)
        {
            var reply = await customer.InsistAsync(HttpMethod.Get, "account", null);
            foreach (var balance in reply.Items("balances"))
            {
                var shown = (Decimal(balance, "total"), Decimal(balance, "held"));
                var booked = rows.GetValueOrDefault((account, balance.GetProperty("asset").GetString()!));
                if (shown != booked || (Decimal(balance, "available") < 0 && !ClearingAudit.MayOwe(account)))
                    Find($"ACC-{account} shows {balance}, the ledger has {booked}");
            }
        }
    }

    /// <summary>Checks that the shown book is the sum of the open orders.</summary>
    private async Task CompareBooksAsync()
    {
        var levels = (await storage.HistoryAsync(
            """
            SELECT o.symbol, o.side, o.px * i.tick_size, i.price_decimals, SUM(o.qty - o.filled - o.cancelled) * i.lot_size, i.quantity_decimals
            FROM ord o JOIN (SELECT symbol AS s, MAX(tick_size) tick_size, MAX(price_decimals) price_decimals,
              MAX(lot_size) lot_size, MAX(quantity_decimals) quantity_decimals FROM instrument GROUP BY symbol) i ON i.s = o.symbol
            WHERE o.state = 'open' AND o.type <> 'leg'
            GROUP BY o.symbol, o.side, o.px, i.tick_size, i.price_decimals, i.lot_size, i.quantity_decimals
            """))
            .Select(
                row => (Symbol: (string)row[0],
                    Line: $"{row[1]} {Units(row[4], row[5]):G29} at {Units(row[2], row[3]):G29}"))
            .ToLookup(level => level.Symbol, level => level.Line);
        foreach (var symbol in Markets.Select(market => market.Symbol)
            .Concat(Clearing is null ? [] : [ClearingAudit.Symbol]))
        {
            var book = await NewestBookAsync(symbol);
            var shown = book.Items("bids").Select(level => Line("B", level))
                .Concat(book.Items("asks").Select(level => Line("S", level)));
            var difference = shown.ToHashSet();
            difference.SymmetricExceptWith(levels[symbol]);
            if (difference.Count > 0)
                Find(
                    $"The book of {symbol} and its open orders differ: {string.Join(", ", difference)}; the book: {book.Raw}");
        }
    }

    /// <summary>
    /// Returns the book once its view has reached the end of the book's stream. A view that never does is a finding.
    /// </summary>
    private async Task<Reply> NewestBookAsync(string symbol)
    {
        var head = (await storage.HeadsAsync())[$"book/{symbol}"];
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(50, TestContext.Current.CancellationToken))
        {
            var book = await _administrator.InsistAsync(HttpMethod.Get, $"book/{symbol}?depth=1000", null);
            if (book.Number("sequence") >= head)
                return book;
            if (since.Elapsed > Wait.Limit)
            {
                Find($"The view of {symbol} stands at {book.Number("sequence")} of {head}");
                return book;
            }
        }
    }

    private static string Line(string side, JsonElement level) =>
        $"{side} {decimal.Parse(level[1].GetString()!):G29} at {decimal.Parse(level[0].GetString()!):G29}";

    private static decimal Decimal(JsonElement element, string member) =>
        decimal.Parse(element.GetProperty(member).GetString()!);

    private sealed record Row(long Account, string Name, string Symbol, long OrderId, string State, decimal Filled);
}
