using QuantumCore.Client;

namespace QuantumCore.Replay;

/// <summary>
/// Converts the recording's units to an instrument's, and computes the funds that a whole recording needs.
/// </summary>
/// <param name="instrument">Instrument that the recording is replayed to.</param>
/// <param name="schedule">Fee schedule of the instrument's quote asset; null for the instrument's own fees.</param>
internal sealed class ReplayUnits(Instrument instrument, FeeSchedule? schedule)
{
    /// <summary>Tick size of recordings with prices of more than two decimals.</summary>
    internal const decimal Finest = 0.0001m;

    private const decimal PriceUnits = 10_000m;
    private const long Cent = 100;

    internal static decimal Price(long price) => price / PriceUnits;

    /// <summary>Returns true if a price has more than two decimals, as for stocks below one dollar.</summary>
    internal static bool HasFractions(IEnumerable<FlowCommand> commands) =>
        commands.Any(static command => command switch
        {
            RestOrder order => order.Price % Cent != 0,
            AggressiveOrder order => order.Limit % Cent != 0,
            _ => false,
        });

    /// <summary>
    /// Checks that the instrument can carry every price and quantity, and that every command finds its order. Errors
    /// show before anything is sent.
    /// </summary>
    /// <exception cref="FlowFormatException">
    /// A value is between two ticks or lots, outside the instrument's limits, or its order does not rest.
    /// </exception>
    internal void Check(IEnumerable<FlowCommand> commands, string file)
    {
        var resting = new Dictionary<long, long>();
        foreach (var command in commands)
        {
            Follow(command, resting, file);
            var (price, quantity) = command switch
            {
                RestOrder order => (order.Price, order.Quantity),
                AggressiveOrder order => (order.Limit, order.Quantity),
                ReduceOrder order => (0L, order.Quantity),
                _ => (0L, 0L),
            };
            if (Price(price) % instrument.TickSize != 0)
            {
                throw new FlowFormatException(file, command.Line,
                    $"price {Price(price)} is not a whole number of {instrument.Symbol}'s ticks of "
                    + $"{instrument.TickSize}: replay to a symbol with ticks of {Finest}");
            }

            if (price > 0 && (Price(price) < instrument.MinPrice || Price(price) > instrument.MaxPrice))
            {
                throw new FlowFormatException(file, command.Line,
                    $"price {Price(price)} is not within {instrument.Symbol}'s {instrument.MinPrice} to "
                    + $"{instrument.MaxPrice}");
            }

            if (quantity % instrument.LotSize != 0)
            {
                throw new FlowFormatException(file, command.Line,
                    $"quantity {quantity} is not a whole number of {instrument.Symbol}'s lots of {instrument.LotSize}");
            }

            if (command is RestOrder or AggressiveOrder
                && (quantity < instrument.MinQuantity || quantity > instrument.MaxQuantity))
            {
                throw new FlowFormatException(file, command.Line,
                    $"quantity {quantity} is not within {instrument.Symbol}'s {instrument.MinQuantity} to "
                    + $"{instrument.MaxQuantity}");
            }
        }
    }

    /// <summary>Tracks the resting orders, as the replay will.</summary>
    private static void Follow(FlowCommand command, Dictionary<long, long> resting, string file)
    {
        switch (command)
        {
            case RestOrder order:
                resting[order.Id] = order.Quantity;
                break;
            case ReduceOrder order:
                TakeOff(order.Id, order.Quantity);
                break;
            case WithdrawOrder order:
                TakeOff(order.Id, long.MaxValue);
                break;
            case AggressiveOrder order:
                foreach (var fill in order.Fills)
                    TakeOff(fill.MakerId, fill.Quantity);
                break;
        }

        void TakeOff(long id, long quantity)
        {
            if (!resting.TryGetValue(id, out var left))
                throw new FlowFormatException(
                    file, command.Line, $"order {id} does not rest at this point of the recording");
            if (left > quantity)
                resting[id] = left - quantity;
            else
                resting.Remove(id);
        }
    }

    /// <summary>Returns enough of both assets for all orders of maker or taker at once, fees included.</summary>
    internal (decimal Base, decimal Quote) Funds(IEnumerable<FlowCommand> commands, bool maker)
    {
        var tiers = schedule?.Tiers ?? [];
        var dearestPpm = tiers.Select(static tier => Math.Max(tier.MakerFeePpm, tier.TakerFeePpm))
            .DefaultIfEmpty(Math.Max(instrument.MakerFeePpm, instrument.TakerFeePpm)).Max();
        var minimum = schedule?.MinimumFee ?? 0;
        var scale =
            Enumerable.Repeat(10m, instrument.QuoteDecimals).Aggregate(1m, static (product, ten) => product * ten);
        decimal units = 0, money = 0;
        foreach (var command in commands)
        {
            var (side, quantity, price) = command switch
            {
                RestOrder order when maker => (order.Side, order.Quantity, order.Price),
                AggressiveOrder order when !maker => (order.Side, order.Quantity, order.Limit),
                _ => (default(OrderSide), 0L, 0L),
            };
            if (side == OrderSide.Sell)
                units += quantity;

            // Sellers pay fees from the proceeds, so only purchases need money beforehand. Each order's fee is rounded
            // up.
            if (side == OrderSide.Buy)
            {
                var value = quantity * Price(price);
                money += value
                    + Math.Max(minimum, decimal.Ceiling(value * Math.Max(0, dearestPpm) / 1_000_000 * scale) / scale);
            }
        }

        return (units + 1, decimal.Ceiling(money) + 1);
    }
}
