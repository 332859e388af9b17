using System.Collections.Immutable;
using QuantumCore.Accounts;
using QuantumCore.Contracts;
using QuantumCore.Instruments;

namespace QuantumCore.Grains.Settlement;

/// <summary>
/// Shares out a batch of which not everything was delivered. Units of a symbol go to those who receive them, older fails first, inside one age pro rata
/// by largest remainder in lots. Nobody gives more than it has, so that a fail makes the next one and never a loan. The same input gives the same
/// result, in whatever sequence it comes; nobody's balance is asked here.
/// </summary>
internal sealed class PartialSettlement
{
    // Each round somebody gives less. Who still lacks something after so many gives nothing at all.
    private const int RoundsLimit = 100;

    private readonly Obligation[] _all;
    private readonly Obligation[][] _bySymbol;
    private readonly Dictionary<long, Obligation[]> _byAccount;

    /// <summary>The obligations of a batch, all of them open.</summary>
    /// <param name="fails">One for each account, symbol and first date.</param>
    /// <param name="lotOf">Units of a symbol's lot.</param>
    public PartialSettlement(IEnumerable<SettlementFail> fails, Func<string, long> lotOf)
    {
        _all = [.. fails.Select(fail => new Obligation(fail, lotOf(fail.Symbol)))
            .OrderBy(of => of.Fail.Since).ThenBy(of => of.Fail.Account).ThenBy(of => of.Fail.Symbol, StringComparer.Ordinal)
            .ThenBy(of => of.Fail.Units).ThenBy(of => of.Fail.Cash).ThenBy(of => of.Fail.Settled)];
        _bySymbol = [.. _all.GroupBy(of => of.Fail.Symbol, StringComparer.Ordinal).Select(static of => of.ToArray())];
        _byAccount = _all.GroupBy(of => of.Fail.Account).ToDictionary(of => of.Key, static of => of.Reverse().ToArray());
    }

    /// <summary>Shares it out, from the beginning.</summary>
    /// <param name="shorts">Who delivered less than it owed.</param>
    /// <param name="funds">What accounts may give away; who is not named has what it promised.</param>
    /// <exception cref="InvalidDataException">Somebody is said to be short of what it did not owe.</exception>
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
        var mostOf = shorts.Select(said => (said.Account, said.Asset, Most: -FlowOf(said.Account, said.Asset) - said.Amount)).ToArray();
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

    /// <summary>Accounts of customers of which something fails.</summary>
    public IEnumerable<long> Failing() => _all.Where(of => !of.IsWhole).Select(of => of.Fail.Account).Distinct();

    /// <summary>What settles, by account, asset and trade day.</summary>
    public ImmutableArray<SettlementItem> Items()
    {
        var parts = new SortedDictionary<(long Account, string Asset), (int Decimals, SortedDictionary<(long TradeDay, int Days), long> Days)>(
            Comparer<(long Account, string Asset)>.Create(static (one, other) =>
                one.Account != other.Account ? one.Account.CompareTo(other.Account) : string.CompareOrdinal(one.Asset, other.Asset)));
        foreach (var of in _all)
        {
            Add(of.Fail.Account, of.Fail.Base, of.Units().Settled);
            Add(of.Fail.Account, of.Fail.Quote, of.Cash().Settled);
        }

        return [.. parts.Select(item => new SettlementItem(
            item.Key.Account, item.Key.Asset, item.Value.Decimals,
            [.. item.Value.Days.Where(day => day.Value != 0).Select(day => new SettlementPart(day.Key.TradeDay, day.Key.Days, day.Value))]))
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

    /// <summary>What fails, the oldest first.</summary>
    public ImmutableArray<SettlementFail> Left() => [.. _all.Where(of => !of.IsWhole).Select(of => of.Fail with
    {
        Settled = of.Fail.Settled + of.Taken,
        UnitParts = [.. of.Units().Left],
        CashParts = [.. of.Cash().Left],
    })];

    // What an account gives and receives of the same units it gives to itself: outside, too, only what is left of both is delivered.
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
        var (give, receive) = (symbol.Where(of => of.Fail.Units < 0).ToArray(), symbol.Where(of => of.Fail.Units > 0).ToArray());
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

    private static Int128 Sum(IEnumerable<Obligation> of) => of.Aggregate((Int128)0, static (sum, one) => sum + one.Limit);

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

    /// <summary>What comes to an account of an asset, or less than zero: leaves it.</summary>
    private Int128 FlowOf(long account, string asset) =>
        _byAccount.GetValueOrDefault(account, []).Aggregate((Int128)0, (sum, of) => sum + of.FlowOf(asset));

    /// <summary>Has an account give no more than it has. Whether something changed.</summary>
    private bool Cover(long account, SettlementFunds has, int round)
    {
        var isChanged = false;
        foreach (var asset in _byAccount[account].SelectMany(of => (string[])[of.Fail.Base.Name, of.Fail.Quote.Name]).Distinct(StringComparer.Ordinal))
        {
            isChanged |= Cover(account, asset, has.Free.FirstOrDefault(of => of.Asset == asset).Amount, round);
        }

        return isChanged;
    }

    /// <summary>Has an account give no more of an asset than so much, and nothing at all if it can't be had otherwise. Whether something changed.</summary>
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

    /// <summary>Has an account give less, of what was due last first. Whether it could.</summary>
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

    /// <summary>What one account gives or receives of one symbol, and how much of it settles now.</summary>
    private sealed class Obligation(SettlementFail fail, long lot)
    {
        private long _paired;
        private bool _isHeld;

        public SettlementFail Fail => fail;

        public long Lot => lot;

        /// <summary>Most units that it gives to others or receives of them.</summary>
        public long Limit { get; private set; }

        /// <summary>So many of them settle now.</summary>
        public long Take { get; set; }

        /// <summary>All units that settle now.</summary>
        public long Taken => _paired + Take;

        /// <summary>Whether nothing is left.</summary>
        public bool IsWhole => fail.Units == 0 ? !_isHeld : fail.Settled + Taken == Math.Abs(fail.Units);

        private long CashNow => IsWhole ? fail.CashLeft : fail.CashAt(fail.Settled + Taken) - fail.CashAt(fail.Settled);

        public void Open() => (_paired, _isHeld, Limit, Take) = (0, false, Math.Abs(fail.UnitsLeft), Math.Abs(fail.UnitsLeft));

        public void Pair(long units)
        {
            _paired += units;
            Limit -= units;
            Take = Limit;
        }

        public void Fails() => (_paired, _isHeld, Limit, Take) = (0, true, 0, 0);

        public Int128 FlowOf(string asset) =>
            (asset == fail.Base.Name ? (Int128)Taken * Math.Sign(fail.Units) : 0) + (asset == fail.Quote.Name ? CashNow : 0);

        /// <summary>Gives less of an asset, as little less as its lots allow. How much less.</summary>
        public Int128 HoldBack(string asset, Int128 amount)
        {
            var (before, take) = (FlowOf(asset), Take);
            if (asset == fail.Base.Name && fail.Units < 0)
            {
                Take = (long)Int128.Max(0, Take - (Rounding.DivUp(amount, lot) * lot));
            }
            else if (asset == fail.Quote.Name && fail.Cash < 0 && fail.Units != 0)
            {
                // The most units whose cash is not above what may still be paid of it.
                var pays = Int128.Abs(fail.CashAt(fail.Settled)) - before - amount;
                var most = pays < 0 ? 0 : ((((pays + 1) * Math.Abs(fail.Units)) - 1) / Int128.Abs(fail.Cash)) - fail.Settled - _paired;
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

        public (IEnumerable<SettlementPart> Settled, IEnumerable<SettlementPart> Left) Cash() => Split(fail.CashParts, CashNow);

        /// <summary>Parts that come to an amount, and the rest: those of the other sign first, then by trade day.</summary>
        private (IEnumerable<SettlementPart> Settled, IEnumerable<SettlementPart> Left) Split(ImmutableArray<SettlementPart> parts, Int128 amount)
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
            foreach (var part in parts.OrderBy(part => Math.Sign(part.Amount) == sign).ThenBy(part => part.TradeDay).ThenBy(part => part.Days))
            {
                var now = Math.Sign(part.Amount) != sign ? part.Amount : sign * (long)Int128.Min(Int128.Abs(part.Amount), Int128.Abs(amount));
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
