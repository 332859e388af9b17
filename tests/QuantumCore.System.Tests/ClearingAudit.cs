using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using QuantumCore.TestKit;
using Xunit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Audit of trades that settle a day later, and of accounts that may owe. Each due trade is in the file of exactly one
/// batch. By the auditor's own sum, a batch equals its trades, and it never changes. Accounts got exactly these
/// amounts. Accounts on margin have the collateral that their loans need.
/// </summary>
internal sealed class ClearingAudit(Storage storage)
{
    /// <summary>Instrument that settles one business day after the trade.</summary>
    public const string Symbol = "TSLA";

    /// <summary>Approximate price of the instrument.</summary>
    public const decimal Reference = 250m;

    private const long FeePot = 1;
    private static readonly long[] s_borrowers = [2003, 2004];
    private readonly Dictionary<string, string> _files = new(StringComparer.Ordinal);

    /// <summary>Number of batches so far.</summary>
    public int Batches => _files.Count;

    /// <summary>Number of trades in the batches.</summary>
    public int SettledTrades { get; private set; }

    /// <summary>Number of times that an account was found to owe something.</summary>
    public int Debts { get; private set; }

    /// <summary>Returns true if an account is on margin.</summary>
    public static bool MayOwe(long account) => s_borrowers.Contains(account);

    /// <summary>Lists the instrument that settles later and makes the accounts that may owe.</summary>
    public static async Task OpenAsync(Customer administrator, IEnumerable<long> accounts)
    {
        await DoneAsync("admin/instruments", $$"""
            {"symbol":"{{Symbol}}","baseAsset":"{{Symbol}}","baseDecimals":0,"quoteAsset":"USD","quoteDecimals":2,"tickSize":"0.01","lotSize":"1",
            "makerFeePpm":200,"takerFeePpm":700,"referencePrice":"250.00","settlementDays":1}
            """);
        const string rates = """{"tiers":[{"initialPpm":500000,"maintenancePpm":250000}]}""";
        foreach (var symbol in (string[])["AAPL", Symbol])
            await DoneAsync(
                $"admin/margin/instruments/{symbol}",
                $$"""{"long":{{rates}},"short":{{rates}},"lendable":"5000","borrowPpm":36000}""");
        await DoneAsync("admin/margin/currencies/USD", """{"loanPpm":36000}""");
        foreach (var borrower in s_borrowers)
        {
            await DoneAsync($"admin/accounts/ACC-{borrower}/margin", """{"currency":"USD"}""");
            foreach (var symbol in (string[])["AAPL", Symbol])
                await DoneAsync(
                    $"admin/accounts/ACC-{borrower}/locates", $$"""{"symbol":"{{symbol}}","quantity":"1000"}""");
            await DoneAsync(
                $"admin/accounts/ACC-{borrower}/deposits", """{"key":"opening-USD","asset":"USD","amount":"200000"}""");
        }

        foreach (var account in accounts.Where(account => account >= 2_000 && !MayOwe(account)))
            await DoneAsync(
                $"admin/accounts/ACC-{account}/deposits",
                $$"""{"key":"opening-{{Symbol}}","asset":"{{Symbol}}","amount":"2000"}""");

        async Task DoneAsync(string path, string body)
        {
            var reply = await administrator.InsistAsync(HttpMethod.Post, path, body);
            Assert.True(reply.IsDone, reply.Raw);
        }
    }

    /// <summary>Waits until everything due has settled, and returns the discrepancies.</summary>
    public async Task<List<string>> FindingsAsync(Customer administrator, Diary diary)
    {
        var findings = new List<string>();
        var venue = await SettledAsync(administrator, findings);
        var batches = Read(findings);
        var trades = await TradesAsync();
        SettledTrades = 0;
        foreach (var trade in trades)
        {
            var of = batches.Where(batch => batch.After < trade.Sequence && trade.Sequence <= batch.Through).ToArray();
            SettledTrades += of.Length;
            var due = DueOf(trade, HolidaysOf(venue));
            if (of.Length != (due < storage.Today ? 1 : 0) || of.Any(batch => batch.Date != due))
                findings.Add(
                    $"{trade} was due on {due} of {storage.Today}, and is in {string.Join(", ", of.Select(batch => $"{batch.Id} of {batch.Date}"))}");
        }

        foreach (var batch in batches)
            Compare(batch, trades, findings);
        await ComparePostingsAsync(batches, findings);
        await CompareBorrowersAsync(findings);
        CompareHolidays(venue, diary, findings);
        return findings;
    }

    /// <summary>Reads the batch files, and checks that each has its batch and is unchanged.</summary>
    private List<Batch> Read(List<string> findings)
    {
        var folder = new DirectoryInfo(Path.Combine(storage.Folder, "settlements"));
        var batches = new List<Batch>();
        foreach (var file in folder.Exists ? folder.GetFiles("*.json") : [])
        {
            var text = File.ReadAllText(file.FullName);
            if (!_files.TryAdd(file.Name, text) && _files[file.Name] != text)
                findings.Add($"{file.Name} was {_files[file.Name]} and is {text}");
            using var document = JsonDocument.Parse(text);
            var root = document.RootElement;
            var range = root.GetProperty("trades").EnumerateArray().Single();
            batches.Add(new Batch(
                root.GetProperty("batch").GetString()!,
                DateOnly.Parse(root.GetProperty("date").GetString()!).DayNumber
                    - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber,
                range.GetProperty("after").GetInt64(),
                range.GetProperty("through").GetInt64(),
                root.GetProperty("items").EnumerateArray().ToDictionary(
                    item =>
                        (long.Parse(
                            item.GetProperty("account").GetString()!.Replace("ACC-", "", StringComparison.Ordinal)),
                        item.GetProperty("asset").GetString()!),
                    item => decimal.Parse(item.GetProperty("amount").GetString()!))));
        }

        foreach (var gone in _files.Keys.Where(name => !File.Exists(Path.Combine(folder.FullName, name))))
            findings.Add($"{gone} is gone");
        return batches;
    }

    private static void Compare(Batch batch, List<Trade> trades, List<string> findings)
    {
        var own = new Dictionary<(long Account, string Asset), decimal>();
        foreach (var trade in trades.Where(trade => batch.After < trade.Sequence && trade.Sequence <= batch.Through))
        {
            Add(trade.Buyer, Symbol, trade.Quantity);
            Add(trade.Seller, Symbol, -trade.Quantity);
            Add(trade.Buyer, "USD", -trade.Cash - trade.BuyerFee);
            Add(trade.Seller, "USD", trade.Cash - trade.SellerFee);
            Add(FeePot, "USD", trade.BuyerFee + trade.SellerFee);
        }

        // An item may be missing if nothing is to be delivered, as when two trade days of one batch cancel each other
        // out.
        if (own.Keys.Union(batch.Items.Keys)
            .Any(key => own.GetValueOrDefault(key) != batch.Items.GetValueOrDefault(key)))
            findings.Add(
                $"{batch.Id} settles {string.Join(", ", batch.Items)}; its trades come to {string.Join(", ", own)}");

        void Add(long account, string asset, decimal amount) =>
            own[(account, asset)] = own.GetValueOrDefault((account, asset)) + amount;
    }

    /// <summary>Checks that accounts got the amounts of the files, each once.</summary>
    private async Task ComparePostingsAsync(List<Batch> batches, List<string> findings)
    {
        var given = (await storage.HistoryAsync(
            "SELECT p.account, p.asset, SUM(p.amount), a.decimals FROM posting p JOIN asset a ON a.asset = p.asset WHERE p.stream = 'settle/MAIN' AND p.kind = 'S' AND p.account <> 2 GROUP BY p.account, p.asset, a.decimals"))
            .ToDictionary(row => (Storage.Whole(row[0]), (string)row[1]), row => Units(row[2], row[3]));
        var told = batches.SelectMany(batch => batch.Items).GroupBy(item => item.Key)
            .ToDictionary(of => of.Key, of => of.Sum(item => item.Value));
        foreach (var key in given.Keys.Union(told.Keys)
            .Where(key => given.GetValueOrDefault(key) != told.GetValueOrDefault(key)))
            findings.Add(
                $"ACC-{key.Item1} was given {given.GetValueOrDefault(key)} {key.Item2} by batches; their files say {told.GetValueOrDefault(key)}");
        var ended = Storage.Whole(
            (await storage.HistoryAsync("SELECT COUNT(DISTINCT seq) FROM posting WHERE stream = 'settle/MAIN'"))[0][0]);
        if (ended != batches.Count)
            findings.Add($"{ended} batches are in the ledger, {batches.Count} in files");
    }

    /// <summary>
    /// Checks that debts are covered: the account itself owns half of its holdings, long or short. The prices differ a
    /// little from those the exchange used.
    /// </summary>
    private async Task CompareBorrowersAsync(List<string> findings)
    {
        foreach (var account in s_borrowers)
        {
            var has =
                (await storage.HistoryAsync(
                    $"SELECT b.asset, b.total, a.decimals FROM balance b JOIN asset a ON a.asset = b.asset WHERE b.account = {account}"))
                .ToDictionary(row => (string)row[0], row => Units(row[1], row[2]), StringComparer.Ordinal);
            Debts += has.Values.Any(total => total < 0) ? 1 : 0;
            var held = new[] { has.GetValueOrDefault("AAPL") * 150m, has.GetValueOrDefault(Symbol) * Reference };
            if (has.GetValueOrDefault("USD") + held.Sum() < 0.48m * held.Sum(Math.Abs)
                || has.GetValueOrDefault("AAPL") < -1_000 || has.GetValueOrDefault(Symbol) < -1_000)
                findings.Add($"ACC-{account} has {string.Join(", ", has)}: more than it may owe");
        }
    }

    /// <summary>
    /// Checks that the days are those of the last order about holidays, and that no others are to come.
    /// </summary>
    private void CompareHolidays(Reply venue, Diary diary, List<string> findings)
    {
        if (diary.All.LastOrDefault(entry => entry is { Wish: Wish.Holidays, Reply.IsDone: true }) is not { } last)
            return;
        using var body = JsonDocument.Parse(last.Body!);
        var asked = body.RootElement.GetProperty("holidays").EnumerateArray().Select(DayOf).Where(IsToCome).Order();
        var shown = HolidaysOf(venue).Where(IsToCome).Order();
        if (!asked.SequenceEqual(shown))
            findings.Add($"Holidays are {venue.Raw}: {last}");

        bool IsToCome(long day) => day >= storage.Today + 2;
    }

    private async Task<Reply> SettledAsync(Customer administrator, List<string> findings)
    {
        for (var since = Stopwatch.StartNew(); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            var venue = await administrator.InsistAsync(HttpMethod.Get, "admin/settlement", null);
            await storage.CaughtUpAsync();
            var (batches, holidays) = (Read([]), HolidaysOf(venue));
            var isOpen = venue.Items("venues").Single().GetProperty("batches").EnumerateArray()
                .Any(batch => batch.GetProperty("state").GetString() != "settled");
            var waiting = (await TradesAsync()).Count(trade => DueOf(trade, holidays) < storage.Today
                && !batches.Exists(batch => batch.After < trade.Sequence && trade.Sequence <= batch.Through));
            if (!isOpen && waiting == 0)
                return venue;
            if (since.Elapsed > Wait.Limit)
            {
                findings.Add($"{waiting} trades were due and do not settle, or a batch stays sent: {venue.Raw}");
                return venue;
            }
        }
    }

    private async Task<List<Trade>> TradesAsync() => [.. (await storage.HistoryAsync(
        $"SELECT seq, buyer, seller, px, qty, maker_fee, taker_fee, taker_side, time FROM trade WHERE symbol = '{Symbol}' ORDER BY seq, idx"))
        .Select(row =>
        {
            var (maker, taker) = (Storage.Whole(row[5]) * 0.01m, Storage.Whole(row[6]) * 0.01m);
            var isBuy = (string)row[7] == "B";
            return new Trade(
                Storage.Whole(row[0]), Storage.Whole(row[1]), Storage.Whole(row[2]),
                Storage.Whole(row[3]) * Storage.Whole(row[4]) * 0.01m,
                Storage.Whole(row[4]), isBuy ? taker : maker, isBuy ? maker : taker,
                Storage.Whole(row[8]) / 86_400_000_000_000);
        })];

    private static long DueOf(Trade trade, HashSet<long> holidays)
    {
        var day = trade.Day + 1;
        while (DateTime.UnixEpoch.AddDays(day).DayOfWeek is DayOfWeek.Saturday or DayOfWeek.Sunday
            || holidays.Contains(day))
            day++;
        return day;
    }

    private static HashSet<long> HolidaysOf(Reply venue) =>
        [.. venue.Items("venues").Single().GetProperty("holidays").EnumerateArray().Select(DayOf)];

    private static long DayOf(JsonElement date) =>
        DateOnly.Parse(date.GetString()!, CultureInfo.InvariantCulture).DayNumber
            - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    private static decimal Units(object amount, object decimals)
    {
        var units = Convert.ToDecimal(amount, CultureInfo.InvariantCulture);
        for (var i = Storage.Whole(decimals); i > 0; i--)
            units /= 10;
        return units;
    }

    private sealed record Trade(
        long Sequence, long Buyer, long Seller, decimal Cash, decimal Quantity, decimal BuyerFee, decimal SellerFee,
        long Day);

    private sealed record Batch(
        string Id, long Date, long After, long Through, Dictionary<(long Account, string Asset), decimal> Items);
}
