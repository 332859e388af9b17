using System.Collections.Immutable;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Allocates a batch of which not everything was delivered. Units of a symbol go to their receivers, older fails first;
/// within one age pro rata, by largest remainder in lots. Nobody gives more than it has, so a fail causes another fail
/// and never a loan. The same input gives the same result in any sequence. It reads no balances.
/// </summary>
internal sealed class PartialSettlement
{
    // In each round somebody gives less. Whoever still lacks something after this many rounds gives nothing at all.
    private const int RoundsLimit = 100;

    private readonly Obligation[] _all;
    private readonly Obligation[][] _bySymbol;
    private readonly Dictionary<long, Obligation[]> _byAccount;

    /// <summary>Creates the allocation with all obligations of a batch open.</summary>
    /// <param name="fails">An obligation for each account, symbol and first date.</param>
    /// <param name="lotOf">Returns the units of a symbol's lot.</param>
    public PartialSettlement(IEnumerable<SettlementFail> fails, Func<string, long> lotOf)
    {
        _all = [.. fails.Select(fail => new Obligation(fail, lotOf(fail.Symbol)))
            .OrderBy(of => of.Fail.Since).ThenBy(of => of.Fail.Account)
            .ThenBy(of => of.Fail.Symbol, StringComparer.Ordinal)
            .ThenBy(of => of.Fail.Units).ThenBy(of => of.Fail.Cash).ThenBy(of => of.Fail.Settled)];
        _bySymbol = [.. _all.GroupBy(of => of.Fail.Symbol, StringComparer.Ordinal).Select(static of => of.ToArray())];
        _byAccount = _all.GroupBy(of => of.Fail.Account)
            .ToDictionary(of => of.Key, static of => of.Reverse().ToArray());
    }

    /// <summary>Allocates the batch, from the beginning.</summary>
    /// <param name="shorts">Shortfalls that the receiver reported.</param>
    /// <param name="funds">
    /// Amounts that accounts may give; an account that is missing can give everything it owes.
    /// </param>
    /// <exception cref="InvalidDataException">A shortfall exceeds the account's obligation, or names none.</exception>
    public void Share(ImmutableArray<SettlementShort> shorts, SortedDictionary<long, SettlementFunds> funds)
    {
        foreach (var obligation in _all)
        {
            obligation.Open();
        }

        foreach (var symbol in _bySymbol)
        {
            Pair(symbol);
        }

        Require(shorts);
        var mostOf = shorts.Select(
            said => (said.Account, said.Asset, Most: -FlowOf(said.Account, said.Asset) - said.Amount)).ToArray();
        for (var (round, isChanged) = (0, true); isChanged; round++)
        {
            foreach (var symbol in _bySymbol)
            {
                ShareOut(symbol);
            }

            isChanged = false;
            foreach (var (account, asset, most) in mostOf)
            {
                isChanged |= Cover(account, asset, most, round);
            }

            foreach (var (account, has) in funds)
            {
                isChanged |= !has.MayOwe && _byAccount.ContainsKey(account) && Cover(account, has, round);
            }
        }
    }

    /// <summary>Returns the accounts with a fail.</summary>
    public IEnumerable<long> Failing() => _all.Where(of => !of.IsWhole).Select(of => of.Fail.Account).Distinct();

    /// <summary>Returns what settles, by account, asset and trade day.</summary>
    public ImmutableArray<SettlementItem> Items()
    {
        var parts = new SortedDictionary<(long Account, string Asset),
            (int Decimals, SortedDictionary<(long TradeDay, int Days), long> Days)>(
            Comparer<(long Account, string Asset)>.Create(static (one, other) =>
                one.Account != other.Account
                    ? one.Account.CompareTo(other.Account)
                    : string.CompareOrdinal(one.Asset, other.Asset)));
        foreach (var of in _all)
        {
            Add(of.Fail.Account, of.Fail.Base, of.Units().Settled);
            Add(of.Fail.Account, of.Fail.Quote, of.Cash().Settled);
        }

        return [.. parts.Select(item => new SettlementItem(
            item.Key.Account, item.Key.Asset, item.Value.Decimals,
            [.. item.Value.Days.Where(day => day.Value != 0)
                .Select(day => new SettlementPart(day.Key.TradeDay, day.Key.Days, day.Value))]))
            .Where(item => item.Parts.Length > 0)];

        void Add(long account, Asset asset, IEnumerable<SettlementPart> settled)
        {
            if (!parts.TryGetValue((account, asset.Name), out var item))
            {
                parts.Add((account, asset.Name), item = (asset.Decimals, []));
            }

            foreach (var part in settled)
            {
                var key = (part.TradeDay, part.Days);
                item.Days[key] = checked(item.Days.GetValueOrDefault(key) + part.Amount);
            }
        }
    }

    /// <summary>Returns what fails, oldest first.</summary>
    public ImmutableArray<SettlementFail> Left() => [.. _all.Where(of => !of.IsWhole).Select(of => of.Fail with
    {
        Settled = of.Fail.Settled + of.Taken,
        UnitParts = [.. of.Units().Left],
        CashParts = [.. of.Cash().Left],
    })];

    // An account's own deliveries and receipts of the same units offset each other, as only the net is delivered.
    private static void Pair(Obligation[] symbol)
    {
        foreach (var account in symbol.GroupBy(of => of.Fail.Account))
        {
            foreach (var gives in account.Where(of => of.Fail.Units < 0))
            {
                foreach (var receives in account.Where(of => of.Fail.Units > 0))
                {
                    var both = Math.Min(gives.Limit, receives.Limit);
                    gives.Pair(both);
                    receives.Pair(both);
                }
            }
        }
    }

    private static void ShareOut(Obligation[] symbol)
    {
        var (give, receive) = (symbol.Where(of => of.Fail.Units < 0).ToArray(),
            symbol.Where(of => of.Fail.Units > 0).ToArray());
        var units = Int128.Min(Sum(give), Sum(receive));
        ShareOut(give, units);
        ShareOut(receive, units);
    }

    private static void ShareOut(Obligation[] side, Int128 units)
    {
        foreach (var age in side.GroupBy(of => of.Fail.Since).Select(static of => of.ToArray()))
        {
            var due = Int128.Min(units, Sum(age));
            units -= due;
            var lots = Apportionment.Of((long)(due / age[0].Lot), [.. age.Select(of => of.Limit / of.Lot)]);
            foreach (var (of, share) in age.Zip(lots))
            {
                of.Take = share * of.Lot;
            }
        }
    }

    private static Int128 Sum(IEnumerable<Obligation> of) =>
        of.Aggregate((Int128)0, static (sum, one) => sum + one.Limit);

    private void Require(ImmutableArray<SettlementShort> shorts)
    {
        foreach (var said in shorts)
        {
            var owed = -FlowOf(said.Account, said.Asset);
            if (said.Amount <= 0 || said.Amount > owed)
            {
                throw new InvalidDataException(
                    $"short: account {said.Account} owes {Int128.Max(0, owed)} {said.Asset} in this batch (minor units), and can't be short of {said.Amount}.");
            }

            if (shorts.Count(other => (other.Account, other.Asset) == (said.Account, said.Asset)) > 1)
            {
                throw new InvalidDataException($"short: account {said.Account} and {said.Asset} are named twice.");
            }
        }
    }

    /// <summary>Returns the flow of an asset into an account; negative if out of it.</summary>
    private Int128 FlowOf(long account, string asset) =>
        _byAccount.GetValueOrDefault(account, []).Aggregate((Int128)0, (sum, of) => sum + of.FlowOf(asset));

    /// <summary>Makes an account give no more than it has. Returns true if something changed.</summary>
    private bool Cover(long account, SettlementFunds has, int round)
    {
        var isChanged = false;
        foreach (var asset in _byAccount[account].SelectMany(of => (string[])[of.Fail.Base.Name, of.Fail.Quote.Name])
            .Distinct(StringComparer.Ordinal))
        {
            isChanged |= Cover(account, asset, has.Free.FirstOrDefault(of => of.Asset == asset).Amount, round);
        }

        return isChanged;
    }

    /// <summary>
    /// Makes an account give at most an amount of an asset, and nothing at all if that is not possible otherwise.
    /// Returns true if something changed.
    /// </summary>
    private bool Cover(long account, string asset, Int128 most, int round)
    {
        var over = -FlowOf(account, asset) - Int128.Max(most, 0);
        if (over <= 0)
        {
            return false;
        }

        if (round >= RoundsLimit || !HoldBack(account, asset, over))
        {
            foreach (var of in _byAccount[account])
            {
                of.Fails();
            }
        }

        return true;
    }

    /// <summary>Makes an account give less, latest obligations first. Returns true if that was possible.</summary>
    private bool HoldBack(long account, string asset, Int128 amount)
    {
        var isChanged = false;
        foreach (var of in _byAccount[account])
        {
            if (amount > 0 && of.HoldBack(asset, amount) is var less && less > 0)
            {
                amount -= less;
                isChanged = true;
            }
        }

        return isChanged;
    }

    /// <summary>An account's obligation in one symbol, and how much of it settles now.</summary>
    private sealed class Obligation(SettlementFail fail, long lot)
    {
        private long _paired;
        private bool _isHeld;

        public SettlementFail Fail => fail;

        public long Lot => lot;

        /// <summary>Maximum units that it gives to or receives from others.</summary>
        public long Limit { get; private set; }

        /// <summary>Units exchanged with others that settle now.</summary>
        public long Take { get; set; }

        /// <summary>All units that settle now.</summary>
        public long Taken => _paired + Take;

        /// <summary>True if nothing is left.</summary>
        public bool IsWhole => fail.Units == 0 ? !_isHeld : fail.Settled + Taken == Math.Abs(fail.Units);

        private long CashNow => IsWhole ? fail.CashLeft : fail.CashAt(fail.Settled + Taken) - fail.CashAt(fail.Settled);

        public void Open() =>
            (_paired, _isHeld, Limit, Take) = (0, false, Math.Abs(fail.UnitsLeft), Math.Abs(fail.UnitsLeft));

        public void Pair(long units)
        {
            _paired += units;
            Limit -= units;
            Take = Limit;
        }

        public void Fails() => (_paired, _isHeld, Limit, Take) = (0, true, 0, 0);

        public Int128 FlowOf(string asset) =>
            (asset == fail.Base.Name ? (Int128)Taken * Math.Sign(fail.Units) : 0)
                + (asset == fail.Quote.Name ? CashNow : 0);

        /// <summary>Gives less of an asset, as little less as its lots allow. Returns the reduction.</summary>
        public Int128 HoldBack(string asset, Int128 amount)
        {
            var (before, take) = (FlowOf(asset), Take);
            if (asset == fail.Base.Name && fail.Units < 0)
            {
                Take = (long)Int128.Max(0, Take - (Rounding.DivUp(amount, lot) * lot));
            }
            else if (asset == fail.Quote.Name && fail.Cash < 0 && fail.Units != 0)
            {
                // The most units whose cash does not exceed what may still be paid for them.
                var pays = Int128.Abs(fail.CashAt(fail.Settled)) - before - amount;
                var most = pays < 0
                    ? 0
                    : ((((pays + 1) * Math.Abs(fail.Units)) - 1) / Int128.Abs(fail.Cash)) - fail.Settled - _paired;
                Take = (long)Int128.Max(0, Int128.Min(Take, most / lot * lot));
            }
            else if (asset == fail.Quote.Name && fail.Cash < 0)
            {
                _isHeld = true;
            }

            Limit = Take < take ? Take : Limit;
            return FlowOf(asset) - before;
        }

        public (IEnumerable<SettlementPart> Settled, IEnumerable<SettlementPart> Left) Units() =>
            Split(fail.UnitParts, Taken * Math.Sign(fail.Units));

        public (IEnumerable<SettlementPart> Settled, IEnumerable<SettlementPart> Left) Cash() =>
            Split(fail.CashParts, CashNow);

        /// <summary>
        /// Splits parts into those that sum to an amount and the rest: parts of the other sign first, then by trade
        /// day.
        /// </summary>
        private (IEnumerable<SettlementPart> Settled, IEnumerable<SettlementPart> Left) Split(
            ImmutableArray<SettlementPart> parts, Int128 amount)
        {
            if (IsWhole)
            {
                return (parts, []);
            }

            var sign = Int128.Sign(amount);
            if (sign == 0)
            {
                return ([], parts);
            }

            var (settled, left) = (new List<SettlementPart>(), new List<SettlementPart>());
            foreach (var part in parts.OrderBy(part => Math.Sign(part.Amount) == sign).ThenBy(part => part.TradeDay)
                .ThenBy(part => part.Days))
            {
                var now = Math.Sign(part.Amount) != sign
                    ? part.Amount
                    : sign * (long)Int128.Min(Int128.Abs(part.Amount), Int128.Abs(amount));
                amount -= now;
                Add(settled, part, now);
                Add(left, part, part.Amount - now);
            }

            return (settled, left);

            static void Add(List<SettlementPart> to, SettlementPart part, long amount)
            {
                if (amount != 0)
                {
                    to.Add(part with { Amount = amount });
                }
            }
        }
    }
}
