using QuantumCore.Instruments;

namespace QuantumCore.Matching.Tests.Reference;

// Strategy legs and their trades. Commands that are never rejected are drawn only when they are possible.
internal sealed partial class FullFlow
{
    private FullCommand? OfLegs(ReferenceBook book, long time)
    {
        var aside = book.OrdersAt(Stay.Aside);
        if (Chance(aside.Count < Profile.LegsTarget ? 450 : 60))
            return new FullCommand(FullVerb.Submit, time) { Order = Leg(book) };
        if (book.Phase != TradingPhase.Continuous)
            return null;

        // Due orders must expire before legs trade.
        time = Chance(500) || !book.NothingIsDueBy(_time) ? book.LastTimeNanos : _time;
        if (time != book.LastTimeNanos)
            return new FullCommand(FullVerb.AdvanceTime, time);
        if (Chance(Profile.Admitted))
            return new FullCommand(FullVerb.Admit, time) { Order = Unconditional() };
        if (aside.Count == 0)
            return null;
        var leg = aside[_random.Next(aside.Count)];
        return Chance(300) ? Cross(book, leg, aside) : Take(book, leg);
    }

    /// <summary>Returns another part of the order that is aside, or its end.</summary>
    private FullCommand NextPart(ReferenceBook book, long admitted)
    {
        _ = book.TryGetOrder(admitted, out var order);
        var time = book.LastTimeNanos;
        var first = book.FirstPriceFor(order.Side, order.LeavesLots);
        if (Chance(220))
            return new FullCommand(FullVerb.Proceed, time) { OrderId = admitted };
        if (Chance(450) && Cross(book, admitted, book.OrdersAt(Stay.Aside)) is { } cross)
            return cross;
        return new FullCommand(FullVerb.Sweep, time)
        {
            OrderId = admitted,
            PriceTicks = first != 0 && Chance(700) ? first : Near(),
        };
    }

    /// <summary>Returns more of a phase in which quotes are taken, or its end.</summary>
    private FullCommand NextTake(ReferenceBook book)
    {
        var aside = book.OrdersAt(Stay.Aside);
        return aside.Count > 0 && Chance(500) && Take(book, aside[_random.Next(aside.Count)]) is { } take
            ? take with { GoesOn = true }
            : new FullCommand(FullVerb.EndPhase, book.LastTimeNanos);
    }

    private FullCommand? Cross(ReferenceBook book, long taker, List<long> aside)
    {
        _ = book.TryGetOrder(taker, out var one);
        foreach (var maker in aside.OrderBy(_ => _random.Next()).ToList())
        {
            _ = book.TryGetOrder(maker, out var other);
            if (other.Side == one.Side)
                continue;
            var most = Math.Min(one.LeavesLots, other.LeavesLots);
            return new FullCommand(FullVerb.Cross, book.LastTimeNanos)
            {
                OrderId = taker,
                MakerId = maker,
                PriceTicks = Chance(50) ? Price(one.Side) : Near(),
                Value = Chance(400) ? most : 1 + _random.NextInt64(most),
            };
        }

        return null;
    }

    private FullCommand? Take(ReferenceBook book, long leg)
    {
        _ = book.TryGetOrder(leg, out var order);
        var side = Other(order.Side);
        if (!book.TryGetQuote(side, order.Owner, 0, out var price, out var lots))
            return null;
        if (Chance(200) && book.TryGetQuote(side, order.Owner, price, out var worse, out var behind))
            (price, lots) = (worse, behind);
        var most = Math.Min(order.LeavesLots, lots);
        return new FullCommand(FullVerb.TakeQuotes, book.LastTimeNanos)
        {
            OrderId = leg,
            PriceTicks = price,
            Value = Chance(600) ? most : 1 + _random.NextInt64(most),
            GoesOn = Chance(500),
        };
    }

    private NewOrder Leg(ReferenceBook book)
    {
        var time = Chance(150) ? TimeInForce.ImmediateOrCancel : Chance(60) ? TimeInForce.FillOrKill : Lasting();
        var order = Plain(Side(), OrderType.Leg, time, Price(Side()));
        order = order with { QuantityLots = order.QuantityLots * (Chance(300) ? 4 : 1) };
        return !Chance(Profile.Wild + 80) ? order
            : Chance(500) ? Wild(order)
            : Limit(book, order.Side) with { Type = OrderType.Leg };
    }

    /// <summary>Returns an order that strategies may trade with: a limit or market order without conditions.</summary>
    private NewOrder Unconditional()
    {
        var side = Side();
        var market = Chance(250);
        var time = _random.Next(10) switch
        {
            0 => TimeInForce.FillOrKill,
            1 or 2 => TimeInForce.Day,
            3 or 4 => TimeInForce.ImmediateOrCancel,
            _ => market ? TimeInForce.ImmediateOrCancel : TimeInForce.GoodTillCancel,
        };
        var order =
            Plain(side, market ? OrderType.Market : OrderType.Limit, time, market && Chance(500) ? 0 : Price(side));
        return order with { QuantityLots = order.QuantityLots * (Chance(300) ? 4 : 1) };
    }
}
