using QuantumCore.Instruments;

namespace QuantumCore.Clearing.Tests;

/// <summary>
/// A book that fills an account's orders at random within their terms, and computes the expected balances itself.
/// </summary>
internal sealed class RandomTrading
{
    private static readonly Instrument[] s_instruments = [Sample.Share, Sample.Coin];

    private readonly Random _random;
    private readonly long _purse;
    private readonly Dictionary<string, long> _owned = new(StringComparer.Ordinal);
    private readonly Dictionary<long, OrderFees> _fees = [];

    public RandomTrading(int seed, long purse)
    {
        _random = new Random(seed);
        _purse = purse;
        Account = new Account(new AccountId(1001));
        Deposit(Sample.Share.Quote, purse);
        Deposit(Sample.Share.Base, Math.Min(purse, 1_000_000));
        Deposit(Sample.Coin.Base, 1_000_000_000);
    }

    public Account Account { get; }

    /// <summary>Counts of events.</summary>
    public Dictionary<string, int> Counts { get; } = new(StringComparer.Ordinal);

    /// <summary>Last event.</summary>
    public string Last { get; private set; } = "";

    /// <summary>Returns the expected balance of an asset.</summary>
    public long Owned(string asset) => _owned.GetValueOrDefault(asset);

    /// <summary>Runs another event.</summary>
    public void Step()
    {
        var orders = Account.Orders.Values.ToArray();
        var order = orders.Length == 0 ? null : orders[_random.Next(orders.Length)];
        switch (_random.Next(12))
        {
            case < 5 when order is not null:
                Fill(order);
                break;
            case 5 when order is { LeavesLots: > 1 }:
                Reduce(order);
                break;
            case 6 when order is not null:
                Happened("release");
                Account.Release(order.Number);
                break;
            case 7 when order is not null:
                Place(order.Instrument, order.Side, order);
                break;
            case 8 when _random.Next(10) == 0 || orders.Length > 30:
                Happened("mass cancel");
                Account.ReleaseUpTo(s_instruments[_random.Next(2)].Symbol, _random.NextInt64(Account.LastNumber + 1));
                break;
            case 9 when _random.Next(10) == 0:
                Deposit(Sample.Share.Quote, 1 + (_purse / 100));
                break;
            default:
                Place(s_instruments[_random.Next(2)], _random.Next(2) == 0 ? Side.Buy : Side.Sell, null);
                break;
        }
    }

    private void Deposit(Asset asset, long amount)
    {
        Happened("deposit");
        if (Account.CheckDeposit(asset, amount) == RejectReason.None)
        {
            Account.Deposit(asset, amount);
            Own(asset, amount);
        }
    }

    private void Place(Instrument definition, Side side, HeldOrder? old)
    {
        var (instrument, fees) = (definition, Sample.Terms(_random));
        var most = Math.Min(Instrument.QuantityLotsLimit, Account.BalanceLimit / instrument.LotUnits);
        var lots = Sample.Amount(_random, side == Side.Sell ? 2_000 : Math.Min(_purse, most));
        var dearest = Math.Min(Instrument.PriceTicksLimit, Instrument.NotionalLimit / instrument.TickLotValue / lots);
        var price = Sample.Amount(_random, Math.Max(1, Math.Min(dearest, _purse)));
        var reason = Account.CheckHold(instrument, side, price, lots, old?.Number ?? 0, fees, out var amount);
        if (reason != RejectReason.None)
        {
            Happened($"refusal: {reason}");
            return;
        }

        Happened(old is null ? "order" : "replacement");
        var order = Sample.Order(Account, instrument, side, price, lots, amount, old?.Number ?? 0, fees);
        Account.Hold(order);
        _fees.Add(order.Number, new OrderFees(side, fees));
        Account.Entered(order.Number, order.Number + 1_000);
        if (old is not null)
        {
            Account.Replaced(old.Number, order.Number);
            Account.ShrinkHold(order.Number, HoldOf(order));
        }
    }

    private void Fill(HeldOrder order)
    {
        Happened($"fill of a {(order.Side == Side.Buy ? "buy" : "sell")}");
        var instrument = order.Instrument;
        var lots = _random.Next(3) == 0 ? order.LeavesLots : Sample.Amount(_random, order.LeavesLots);
        var dearest = Math.Min(Instrument.PriceTicksLimit, Instrument.NotionalLimit / instrument.TickLotValue / lots);
        var price = order.Side == Side.Buy
            ? Sample.Amount(_random, order.PriceTicks)
            : Math.Min(dearest, order.PriceTicks + _random.Next(1_000));
        var notional = (long)instrument.Notional(price, lots);
        if (Owned(instrument.Quote.Name) > Account.BalanceLimit - notional
            || Owned(instrument.Base.Name) > Account.BalanceLimit - (lots * instrument.LotUnits))
        {
            // Nobody can pay or deliver that much: this world owns less than the limit of a balance.
            Account.Release(order.Number);
            return;
        }

        var before = _fees[order.Number].Due;
        _fees[order.Number] = _fees[order.Number].After(
            notional, _random.Next(2) == 0 ? order.Fees.MakerPpm : order.Fees.TakerPpm);
        var fee = _fees[order.Number].Due - before;
        Account.Fill(order.Number, price, lots, fee);
        var sign = order.Side == Side.Buy ? 1 : -1;
        Own(instrument.Base, sign * lots * instrument.LotUnits);
        Own(instrument.Quote, (-sign * notional) - fee);
        Account.ShrinkHold(order.Number, HoldOf(order));
    }

    private void Reduce(HeldOrder order)
    {
        Happened("reduction");
        var total = order.QuantityLots - Sample.Amount(_random, order.LeavesLots - 1);
        var after = HoldRule.Hold(order.Instrument, order.PriceTicks, total - order.FilledLots, _fees[order.Number]);
        Account.Reduced(order.Number, total, after);
    }

    private long HoldOf(HeldOrder order) =>
        HoldRule.Hold(order.Instrument, order.PriceTicks, order.LeavesLots, _fees[order.Number]);

    private void Own(Asset asset, long amount) =>
        _owned[asset.Name] = checked(_owned.GetValueOrDefault(asset.Name) + amount);

    private void Happened(string what)
    {
        Last = what;
        Counts[what] = Counts.GetValueOrDefault(what) + 1;
    }
}
