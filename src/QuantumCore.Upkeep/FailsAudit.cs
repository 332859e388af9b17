using System.Collections.Immutable;
using System.Globalization;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Upkeep;

/// <summary>Net units and cash of trades by account and symbol, in minor units.</summary>
internal sealed class DueBySymbol
    : Dictionary<(long Account, string Symbol), (Asset Base, Int128 Units, Asset Quote, Int128 Cash)>
{
    /// <summary>Adds units and cash of an account's side of a trade.</summary>
    public void Add(AccountId account, Instrument instrument, Int128 units, Int128 cash)
    {
        var before = this.GetValueOrDefault((account.Value, instrument.Symbol));
        this[(account.Value, instrument.Symbol)] = (instrument.Base, before.Units + units, instrument.Quote,
            before.Cash + cash);
    }
}

/// <summary>
/// Recomputes a venue's partial settlements independently. Fails must equal the trades less what has settled, their
/// cash must be cumulative, and units must balance. Nobody may have delivered units that the receiver reported missing.
/// </summary>
/// <param name="stream">Stream of the venue.</param>
/// <param name="findings">Receives the differences.</param>
internal sealed class FailsAudit(string stream, FindingList findings)
{
    private const string Meaning =
        "Accounts got what was not delivered, or still wait for what was. Stop settling, and find out where the record comes from.";
    private readonly Dictionary<long,
        (SettlementClosed Closed, DueBySymbol Due, ImmutableArray<SettlementFail> Carried)> _open = [];
    private ImmutableArray<SettlementFail> _fails = [];
    private long _carrier;

    /// <summary>Adds a closed batch. Returns the fails that it carries from earlier batches.</summary>
    public ImmutableArray<SettlementFail> Close(long sequence, SettlementClosed closed, DueBySymbol due)
    {
        var carried = _carrier == 0 ? _fails : [];
        _carrier = carried.IsEmpty ? _carrier : sequence;
        _open.Add(sequence, (closed, due, carried));
        return carried;
    }

    /// <summary>Adds a batch that settled, completely or partly.</summary>
    public void Settle(long sequence, SettlementRecord record)
    {
        if (record is SettlementSettled settled)
        {
            _open.Remove(settled.Batch);
        }
        else if (record is SettlementPartial partial && _open.Remove(partial.Batch, out var open))
        {
            // Fails of no batch, or of another one, come first and unchanged.
            var others = _fails.Length - open.Carried.Length;
            _fails = partial.Fails;
            _carrier = _carrier == partial.Batch ? 0 : _carrier;
            if (DifferenceOf(partial, open.Closed, open.Due, open.Carried, [.. partial.Fails.Skip(others)]) is { } what)
            {
                findings.Add(FindingKind.BatchDiffers, stream, sequence, what, Meaning);
            }
        }
    }

    private static string? DifferenceOf(
        SettlementPartial partial, SettlementClosed closed, DueBySymbol due, ImmutableArray<SettlementFail> carried,
        SettlementFail[] left)
    {
        foreach (var fail in left)
        {
            if (!carried.Any(
                of => IsRestOf(fail, of.Since, of.Units, of.Cash) && of.Account == fail.Account
                    && of.Symbol == fail.Symbol && of.Settled <= fail.Settled)
                && !(due.TryGetValue((fail.Account, fail.Symbol), out var own)
                    && IsRestOf(fail, closed.Date, own.Units, own.Cash)))
            {
                return Text($"account {fail.Account} fails in {fail.Symbol} what its trades do not say");
            }

            var units = Int128.Abs(fail.Units) - fail.Settled;
            var cash = fail.Units == 0 ? 0 : (Int128)fail.Cash * fail.Settled / Int128.Abs(fail.Units);
            if (fail.UnitsLeft != (fail.Units < 0 ? -units : units) || fail.CashLeft != fail.Cash - cash)
            {
                return Text(
                    $"account {fail.Account} has {fail.UnitsLeft} {fail.Base.Name} and {fail.CashLeft} {fail.Quote.Name} left of {fail.Symbol}, by its units {units} and {fail.Cash - cash}");
            }
        }

        if (left.GroupBy(fail => fail.Symbol, StringComparer.Ordinal)
            .FirstOrDefault(of => of.Aggregate((Int128)0, (sum, fail) => sum + fail.UnitsLeft) != 0) is { } symbol)
        {
            return $"what fails of {symbol.Key} does not balance";
        }

        return DifferenceOf(partial, Owed(due, carried), Owed([], [.. left]));
    }

    private static string? DifferenceOf(
        SettlementPartial partial, Dictionary<(long Account, string Asset), Int128> owed,
        Dictionary<(long Account, string Asset), Int128> left)
    {
        var settled = partial.Items.ToDictionary(item => (item.Account, item.Asset), item => (Int128)item.Amount);
        foreach (var key in owed.Keys.Union(settled.Keys).Order())
        {
            var (now, was) = (settled.GetValueOrDefault(key),
                owed.GetValueOrDefault(key) - left.GetValueOrDefault(key));
            if (now != was)
            {
                return Text(
                    $"it settles {now} {key.Asset} of account {key.Account}, what is due less what fails is {was}");
            }
        }

        foreach (var said in partial.Shorts)
        {
            if (settled.GetValueOrDefault((said.Account,
                said.Asset)) < owed.GetValueOrDefault((said.Account, said.Asset))
                + said.Amount)
            {
                return Text($"account {said.Account} was short of {said.Amount} {said.Asset} and has given them");
            }
        }

        return null;
    }

    private static Dictionary<(long Account, string Asset), Int128> Owed(
        DueBySymbol due, ImmutableArray<SettlementFail> fails)
    {
        var sums = new Dictionary<(long Account, string Asset), Int128>();
        foreach (var ((account, _), of) in due)
        {
            Add(account, of.Base, of.Units);
            Add(account, of.Quote, of.Cash);
        }

        foreach (var fail in fails)
        {
            Add(fail.Account, fail.Base, fail.UnitsLeft);
            Add(fail.Account, fail.Quote, fail.CashLeft);
        }

        return sums;

        void Add(long account, Asset asset, Int128 amount) =>
            sums[(account, asset.Name)] = sums.GetValueOrDefault((account, asset.Name)) + amount;
    }

    private static bool IsRestOf(SettlementFail fail, long since, Int128 units, Int128 cash) =>
        (fail.Since, (Int128)fail.Units, (Int128)fail.Cash) == (since, units, cash);

    private static string Text(FormattableString what) => what.ToString(CultureInfo.InvariantCulture);
}
