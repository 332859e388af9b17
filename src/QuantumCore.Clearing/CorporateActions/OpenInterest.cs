using QuantumCore.Instruments;

namespace QuantumCore.Clearing;

/// <summary>
/// Sums over an account's open orders in one symbol, updated as they change. Reading them costs the same for one order
/// as for thousands.
/// </summary>
/// <param name="instrument">The instrument of the first order.</param>
/// <param name="margined">True for a margin account, which also needs the possible losses.</param>
/// <param name="receipts">Amounts that open orders of the account are to receive, by asset; null if not needed.</param>
public sealed class OpenInterest(Instrument instrument, bool margined = false, ExpectedReceipts? receipts = null)
{
    private readonly HashSet<HeldOrder>? _members = margined ? [] : null;
    private long _markTicks;
    private OpenOrderWorth _worth;

    // Cached, because the instrument computes it on each call.
    private readonly long _tickLotValue = instrument.TickLotValue;
    private Int128 _buyTickLots;
    private Int128 _sellTickLots;

    /// <summary>The instrument of the first order.</summary>
    public Instrument Instrument => instrument;

    /// <summary>Number of open orders.</summary>
    public int Orders { get; private set; }

    /// <summary>Amount held for its buys, quote minor units.</summary>
    public long BuyHeld { get; private set; }

    /// <summary>Amount held for its sells, base minor units.</summary>
    public long SellHeld { get; private set; }

    /// <summary>Open quantity of its buys, in lots.</summary>
    public Int128 BuyLots { get; private set; }

    /// <summary>Value of its buys at their worst prices, quote minor units.</summary>
    public Int128 BuyValue => _buyTickLots * _tickLotValue;

    /// <summary>Value of its sells at their limits, quote minor units; only for a margin account.</summary>
    public Int128 SellValue => _sellTickLots * _tickLotValue;

    /// <summary>
    /// Returns the maximum cost of the orders beyond the margin of the position, at a mark price. A change of the mark
    /// recomputes it.
    /// </summary>
    public OpenOrderWorth WorthAt(long markTicks)
    {
        if (markTicks != _markTicks)
        {
            (_markTicks, _worth) = (markTicks, default);
            foreach (var order in _members ?? [])
            {
                CountWorth(order, 1);
            }
        }

        return _worth;
    }

    /// <summary>Returns the amount of an asset held for them, minor units.</summary>
    public long HeldOf(string asset) =>
        asset == instrument.Quote.Name ? BuyHeld : asset == instrument.Base.Name ? SellHeld : 0;

    internal void Add(HeldOrder order) => Count(order, 1);

    internal void Remove(HeldOrder order) => Count(order, -1);

    private void Count(HeldOrder order, int sign)
    {
        Orders += sign;
        receipts?.Add(instrument, order, sign);
        if (order.Side == Side.Buy)
        {
            BuyLots += sign * order.OpenLots;
            _buyTickLots += Math.BigMul(sign * order.OpenLots, order.PriceTicks);
            BuyHeld += sign * order.Held;
        }
        else
        {
            SellHeld += sign * order.Held;
        }

        if (_members is not null)
        {
            _sellTickLots += order.Side == Side.Sell ? Math.BigMul(sign * order.WorstLots, order.PriceTicks) : 0;
            _ = sign > 0 ? _members.Add(order) : _members.Remove(order);
            CountWorth(order, sign);
        }
    }

    private void CountWorth(HeldOrder order, int sign)
    {
        var worth =
            OpenOrderWorth.Of(_tickLotValue, _markTicks, order.Side, order.PriceTicks, order.WorstLots, order.Paid);
        _worth = new(_worth.Loss + (sign * worth.Loss), _worth.Fees + (sign * worth.Fees));
    }
}
