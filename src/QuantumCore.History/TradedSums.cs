using System.Runtime.InteropServices;
using QuantumCore.Clearing;
using QuantumCore.Instruments;

namespace QuantumCore.History;

/// <summary>
/// Sums of a batch's trades by account, instrument and day. The lines of a trade are added to two sums and the fee pot,
/// instead of one by one to balances, positions and totals of days.
/// </summary>
internal sealed class TradedSums
{
    private readonly Dictionary<(long Account, Instrument Instrument, long Day), Sums> _sums = new(new ByReference());

    /// <summary>Adds the lines of a trade.</summary>
    public void Add(Instrument instrument, in TradeMoney trade, long cash, long units, long day)
    {
        ref var buyer = ref Of(trade.Buyer.Value, instrument, day);
        buyer.Lots += trade.QuantityLots;
        buyer.Cash.Add(-cash);
        buyer.Units.Add(units);
        buyer.AddFee(-trade.BuyerFee);
        ref var seller = ref Of(trade.Seller.Value, instrument, day);
        seller.Lots -= trade.QuantityLots;
        seller.Cash.Add(cash);
        seller.Units.Add(-units);
        seller.AddFee(-trade.SellerFee);
        if (trade.BuyerFee != 0 || trade.SellerFee != 0)
        {
            ref var pot = ref Of(AccountId.Fees.Value, instrument, day);
            pot.AddFee(trade.BuyerFee);
            pot.AddFee(trade.SellerFee);
        }
    }

    /// <summary>Adds the sums to totals of days, balances (total, reserved, pending) and positions.</summary>
    public void AddTo(
        DayTotals days, Action<long, string, Int128, Int128, Int128> addBalance,
        Action<long, string, Int128> addPosition)
    {
        foreach (var ((account, instrument, day), sums) in _sums)
        {
            var (cash, units, isPending) = (instrument.Quote.Name, instrument.Base.Name, instrument.SettlementDays > 0);
            days.Add(account, day, cash, "trade", isPending, in sums.Cash);
            days.Add(account, day, units, "trade", isPending, in sums.Units);
            days.Add(account, day, cash, "fee", isPending, in sums.Fees);
            var (paid, got) = (sums.Cash.Total + sums.Fees.Total, sums.Units.Total);
            addBalance(account, cash, paid, 0, isPending ? paid : 0);
            if (sums.Units.Lines > 0)
            {
                addBalance(account, units, got, 0, isPending ? got : 0);
                addPosition(account, instrument.Symbol, sums.Lots);
            }
        }
    }

    private ref Sums Of(long account, Instrument instrument, long day) =>
        ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, (account, instrument, day), out _);

    private struct Sums
    {
        public Int128 Lots;
        public LineSums Cash;
        public LineSums Units;
        public LineSums Fees;

        public void AddFee(long amount)
        {
            if (amount != 0)
            {
                Fees.Add(amount);
            }
        }
    }

    // A definition is one object during a batch; comparing its properties would take longer than the sums.
    private sealed class ByReference : IEqualityComparer<(long Account, Instrument Instrument, long Day)>
    {
        public bool Equals(
            (long Account, Instrument Instrument, long Day) x, (long Account, Instrument Instrument, long Day) y) =>
            x.Account == y.Account && x.Day == y.Day && ReferenceEquals(x.Instrument, y.Instrument);

        public int GetHashCode((long Account, Instrument Instrument, long Day) key) =>
            HashCode.Combine(
                key.Account, key.Day, System.Runtime.CompilerServices.RuntimeHelpers.GetHashCode(key.Instrument));
    }
}
