using System.Globalization;
using System.Text.Json;
using QuantumCore.TestKit;

namespace QuantumCore.SystemTests;

/// <summary>
/// Audit of money that left accounts. Each acknowledged transfer and withdrawal exists once. The folder of payouts has
/// each withdrawal once, with the requested details.
/// </summary>
internal static class MoneyAudit
{
    /// <summary>Waits until no movement is in progress: balances change until then.</summary>
    public static async Task SettledAsync(Storage storage)
    {
        var open = 0L;
        await Wait.UntilAsync(
            async () => (open = Storage.Whole((await storage.HistoryAsync(
                "SELECT (SELECT COUNT(*) FROM transfer WHERE ended_at IS NULL) + (SELECT COUNT(*) FROM withdrawal WHERE is_open = 1)"))[0][0])) == 0,
            () => $"{open} transfers and withdrawals that are still on their way");
    }

    /// <summary>Returns the differences from the diary.</summary>
    public static async Task<List<string>> FindingsAsync(Storage storage, IEnumerable<Entry> entries)
    {
        var findings = new List<string>();
        var transfers = await ByNameAsync(storage, "transfer", "target");
        var withdrawals = await ByNameAsync(storage, "withdrawal", "destination");
        foreach (var entry in entries.Where(entry => entry.Wish is Wish.Transfer or Wish.Withdraw))
        {
            var rows = (entry.Wish == Wish.Transfer ? transfers : withdrawals)[(entry.Account, entry.Name)].ToArray();
            if (rows.Length != (entry.Reply.IsDone ? 1 : 0))
                findings.Add($"{rows.Length} are there ({string.Join(", ", rows)}): {entry}");
            else if (rows.Length == 1
                && (rows[0].Sequence != entry.Reply.Number("sequence") || rows[0].Money != entry.Money))
                findings.Add($"It is {rows[0]}: {entry}");
        }

        var paid = Paid(storage).ToList();
        findings.AddRange(
            paid.GroupBy(payment => (payment.Account, payment.Sequence)).Where(group => group.Count() != 1)
            .Select(group => $"Withdrawal {group.Key} is paid {group.Count()} times."));
        var withdrawn = withdrawals.SelectMany(
            rows => rows.Select(row => (rows.Key.Account, row.Sequence, row.Money.Amount))).Order();
        if (!paid.Order().SequenceEqual(withdrawn))
            findings.Add(
                $"Paid were {paid.Count} withdrawals for {paid.Sum(p => p.Amount)}, taken {withdrawals.Count} for {withdrawals.Sum(w => w.Sum(r => r.Money.Amount))}.");
        return findings;
    }

    private static async Task<ILookup<(long Account, string Name), Row>> ByNameAsync(
        Storage storage, string table, string where) =>
        (await storage.HistoryAsync(
            $"SELECT t.account, t.name, t.seq, t.asset, t.amount, a.decimals, t.{where} FROM {table} t JOIN asset a ON a.asset = t.asset"))
        .ToLookup(
            row => (Storage.Whole(row[0]), (string)row[1]),
            row => new Row(Storage.Whole(row[2]), ((string)row[3], Units(row[4], row[5]))));

    private static IEnumerable<(long Account, long Sequence, decimal Amount)> Paid(Storage storage)
    {
        var folder = new DirectoryInfo(Path.Combine(storage.Folder, "payouts"));
        foreach (var file in folder.Exists ? folder.GetFiles("*.json") : [])
        {
            using var document = JsonDocument.Parse(File.ReadAllBytes(file.FullName));
            foreach (var payment in document.RootElement.GetProperty("payments").EnumerateArray())
            {
                yield return (
                    long.Parse(payment.GetProperty("account").GetString()![4..], CultureInfo.InvariantCulture),
                    payment.GetProperty("withdrawal").GetInt64(),
                    decimal.Parse(payment.GetProperty("amount").GetString()!, CultureInfo.InvariantCulture));
            }
        }
    }

    private static decimal Units(object amount, object decimals)
    {
        var units = Convert.ToDecimal(amount, CultureInfo.InvariantCulture);
        for (var i = Storage.Whole(decimals); i > 0; i--)
            units /= 10;
        return units;
    }

    private sealed record Row(long Sequence, (string Asset, decimal Amount) Money);
}
