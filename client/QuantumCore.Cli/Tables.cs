using System.Globalization;
using System.Reflection;
using System.Text.Json.Serialization;
using QuantumCore.Client;
using Spectre.Console;

namespace QuantumCore.Cli;

/// <summary>Results as tables.</summary>
internal static class Tables
{
    private static readonly string[] s_numeric =
        ["id", "price", "quantity", "filled", "remaining", "fee", "total", "held", "available", "tick", "lot",
         "maker ppm", "taker ppm", "bid", "ask", "bid size", "ask size", "lines", "in", "out", "balance", "amount",
         "accounts", "trades",
         "maker fees", "taker fees", "cost", "average", "realised", "fees", "mark", "unrealised", "initial",
         "maintenance", "buying power", "located", "up to", "initial ppm",
         "maintenance ppm", "lendable", "borrow ppm", "pending", "items", "units", "change", "received", "owed",
         "from issuer", "fired at"];

    internal static void Order(IAnsiConsole console, Order order)
    {
        Orders(console, [order]);
        if (order.Fills is not { Count: > 0 } fills)
            return;

        var table = With("trade", "price", "quantity", "fee", "liquidity");
        foreach (var fill in fills)
            Row(table, fill.TradeId, Text(fill.Price), Text(fill.Quantity), Text(fill.Fee), Lower(fill.Liquidity));

        console.Write(table);
    }

    internal static void Orders(IAnsiConsole console, IReadOnlyList<Order> orders, string none = "No open orders.")
    {
        var table = With(
            "symbol", "id", "client id", "side", "type", "price", "quantity", "filled", "remaining", "status", "why");
        var withTerms = orders.Any(order => Terms(order).Length > 0);
        if (withTerms)
            table.AddColumn(new TableColumn("terms"));

        foreach (var order in orders)
        {
            string[] cells =
            [
                order.Symbol, Text(order.OrderId), order.ClientOrderId, Lower(order.Side), Lower(order.Type),
                Price(order) ?? "", Text(order.Quantity), Text(order.Filled),
                Text(order.Remaining), Lower(order.Status),
                string.Join(": ", new[] { order.EndReason, order.Refusal }.OfType<string>()),
            ];
            Row(table, withTerms ? [.. cells, Terms(order)] : cells);
        }

        Write(console, table, none);
    }

    internal static void Fills(IAnsiConsole console, IReadOnlyList<AccountFill> fills)
    {
        var withState = fills.Any(fill => fill.State is not null);
        string[] columns = ["time", "symbol", "trade", "id", "side", "price", "quantity", "fee", "liquidity"];
        var table = With(withState ? [.. columns, "state"] : columns);
        foreach (var fill in fills)
        {
            string[] cells =
            [
                Time(fill.Time), fill.Symbol, fill.TradeId, Text(fill.OrderId), Lower(fill.Side),
                Text(fill.Price), Text(fill.Quantity), Text(fill.Fee), Lower(fill.Liquidity),
            ];
            Row(table, withState ? [.. cells, fill.State is { } state ? Lower(state) : ""] : cells);
        }

        Write(console, table, "No fills.");
    }

    internal static void Change(IAnsiConsole console, TradeChange change)
    {
        var now = change.Price is { } price ? $"of {Text(price)} instead of {Text(change.TradedPrice)}" : "void";
        console.WriteLine(
            $"Trade {change.TradeId} of {Text(change.Quantity)} {change.Symbol} between {change.Buyer}, who bought, "
            + $"and {change.Seller} is {now}.");
    }

    internal static void Prevented(IAnsiConsole console, IReadOnlyList<PreventedMatch> matches)
    {
        var table = With(
            "time", "symbol", "match", "taker", "maker", "mine", "price", "quantity", "mode", "taker lost",
            "maker lost");
        foreach (var match in matches)
        {
            Row(
                table, Time(match.Time), match.Symbol, match.MatchId, Text(match.TakerOrderId),
                Text(match.MakerOrderId), Lower(match.Role),
                Text(match.Price), Text(match.Quantity), Lower(match.Mode),
                match.TakerPrevented is { } taker ? Text(taker) : "",
                match.MakerPrevented is { } maker ? Text(maker) : "");
        }

        Write(console, table, "Nothing was prevented.");
    }

    internal static void Account(IAnsiConsole console, AccountView account)
    {
        console.WriteLine(account.State == AccountState.Frozen ? $"{account.Account} (frozen)" : account.Account);
        if (account.FrozenWhy is { } why)
            console.WriteLine(why);
        var withPending = account.Balances.Any(balance => balance.Pending != 0);
        var table = withPending
            ? With("asset", "total", "held", "available", "pending")
            : With("asset", "total", "held", "available");
        foreach (var balance in account.Balances)
        {
            string[] cells = [balance.Asset, Text(balance.Total), Text(balance.Held), Text(balance.Available)];
            Row(table, withPending ? [.. cells, Text(balance.Pending)] : cells);
        }

        Write(console, table, "Nothing here yet.");
        if (account.Margin is { } margin)
            MarginTables.Margin(console, margin);
    }

    internal static void Transfers(IAnsiConsole console, IReadOnlyList<Transfer> transfers)
    {
        var table = With("time", "key", "from", "to", "asset", "amount", "state");
        foreach (var transfer in transfers)
        {
            Row(table, transfer.Time is { } time ? Time(time) : "", transfer.Key, transfer.From, transfer.To,
                transfer.Asset, Text(transfer.Amount), Word(transfer.State));
        }

        Write(console, table, "No transfers.");
    }

    internal static void Withdrawals(IAnsiConsole console, IReadOnlyList<Withdrawal> withdrawals)
    {
        var table = With("time", "key", "asset", "amount", "destination", "state", "batch", "why");
        foreach (var withdrawal in withdrawals)
        {
            Row(
                table, withdrawal.Time is { } time ? Time(time) : "", withdrawal.Key, withdrawal.Asset,
                Text(withdrawal.Amount),
                withdrawal.Destination, Word(withdrawal.State), withdrawal.Batch ?? "", withdrawal.Why ?? "");
        }

        Write(console, table, "No withdrawals.");
    }

    internal static void Limits(IAnsiConsole console, AccountLimits limits)
    {
        Limits(
            console, limits.FrozenWhy is { } why ? $"{limits.Account} (frozen: {why})" : limits.Account, limits.Limits);
        if (limits.Everyones.Count > 0)
            Limits(console, "every account", limits.Everyones);
        if (limits.Owners is { Count: > 0 } parts)
            Limits(console, "part of its owner's", parts);
    }

    internal static void Limits(IAnsiConsole console, string whose, IReadOnlyList<RiskLimits> limits)
    {
        console.WriteLine(whose);
        var table = With(
            "symbol", "order quantity", "order value", "open orders", "position", "duplicates ms", "orders/s", "burst",
            "daily volume", "daily loss",
            "multiple", "kill orders", "kill value", "kill s", "kill loss");
        foreach (var of in limits)
        {
            Row(
                table, of.Symbol, TextOrNothing(of.MaxOrderQuantity), TextOrNothing(of.MaxOrderValue),
                Count(of.MaxOpenOrders),
                TextOrNothing(of.MaxPosition), Count(of.DuplicateWindowMillis), Count(of.MaxOrdersPerSecond),
                Count(of.OrderBurst),
                TextOrNothing(of.MaxDailyVolume), TextOrNothing(of.MaxDailyLoss), Count(of.MaxQuantityMultiple),
                Count(of.KillOrders),
                TextOrNothing(of.KillValue), Count(of.KillWindowSeconds), TextOrNothing(of.KillDailyLoss));
        }

        Write(console, table, "No limits.");
        static string Count(long? count) => count is { } number ? Text(number) : "";
    }

    internal static void Fees(IAnsiConsole console, AccountFees fees)
    {
        console.WriteLine(fees.Account);
        var table = With("paid in", "30-day volume", "maker ppm", "taker ppm", "minimum");
        foreach (var of in fees.Fees)
            Row(
                table, of.Asset, Text(of.Volume30Days), Text(of.MakerFeePpm), Text(of.TakerFeePpm),
                Text(of.MinimumFee));
        Write(console, table, "The instruments' own fees.");
        if (fees.Schedules.Count > 0)
            Schedules(console, fees.Schedules);
    }

    internal static void Schedules(IAnsiConsole console, IReadOnlyList<FeeSchedule> schedules)
    {
        var table = With("paid in", "from volume", "maker ppm", "taker ppm", "minimum");
        foreach (var schedule in schedules)
        {
            foreach (var tier in schedule.Tiers)
                Row(
                    table, schedule.Asset, Text(tier.FromVolume), Text(tier.MakerFeePpm), Text(tier.TakerFeePpm),
                    Text(schedule.MinimumFee));
        }

        Write(console, table, "No schedules.");
    }

    internal static void Instruments(IAnsiConsole console, IReadOnlyList<Instrument> instruments)
    {
        var table = With("symbol", "base", "quote", "tick", "lot", "maker ppm", "taker ppm");
        var withGroups = instruments.Any(instrument => instrument.Group is { Length: > 0 });
        if (withGroups)
            table.AddColumn(new TableColumn("group"));

        foreach (var instrument in instruments)
        {
            string[] cells =
            [
                instrument.Symbol, instrument.BaseAsset, instrument.QuoteAsset, Text(instrument.TickSize),
                Text(instrument.LotSize), Text(instrument.MakerFeePpm), Text(instrument.TakerFeePpm),
            ];
            Row(table, withGroups ? [.. cells, instrument.Group ?? ""] : cells);
        }

        Write(console, table, "No instruments.");
    }

    internal static void Tickers(IAnsiConsole console, IReadOnlyList<Ticker> tickers)
    {
        var table = With("symbol", "phase", "last", "open", "high", "low", "volume", "value", "trades");
        foreach (var of in tickers)
        {
            Row(
                table, of.Symbol, Word(of.Phase), TextOrNothing(of.LastPrice), TextOrNothing(of.OpenPrice),
                TextOrNothing(of.HighPrice),
                TextOrNothing(of.LowPrice), Text(of.Volume), Text(of.QuoteVolume), Text(of.Trades));
        }

        Write(console, table, "No instruments.");
    }

    internal static void Trades(IAnsiConsole console, IReadOnlyList<Trade> trades)
    {
        string[] columns = ["time", "trade", "taker", "price", "quantity"];
        var withState = trades.Any(trade => trade.State is not null);
        var table = With(withState ? [.. columns, "state"] : columns);
        foreach (var trade in trades)
        {
            string[] cells = [Time(trade.Time), trade.TradeId, Taker(trade), Text(trade.Price), Text(trade.Quantity)];
            Row(table, withState ? [.. cells, State(trade)] : cells);
        }

        Write(console, table, "No trades.");
    }

    /// <summary>Returns the side of the taker, or "auction" for an auction trade, which has none.</summary>
    internal static string Taker(Trade trade) => trade.TakerSide is { } side ? Word(side) : "auction";

    /// <summary>
    /// Returns the state of a changed trade, with its corrected price if there is one; empty for an unchanged trade.
    /// </summary>
    internal static string State(Trade trade) =>
        trade is { State: { } became, CorrectedPrice: var now }
            ? $"{Lower(became)} {TextOrNothing(now)}".TrimEnd()
            : "";

    internal static void State(IAnsiConsole console, SymbolState state)
    {
        var table = With("symbol", "phase", "last", "mark", "reference", "auction price", "auction size", "imbalance");
        var auction = state.Indicative;
        Row(table, state.Symbol, Word(state.Phase), TextOrNothing(state.LastPrice), TextOrNothing(state.MarkPrice),
            TextOrNothing(state.ReferencePrice), TextOrNothing(auction?.Price), TextOrNothing(auction?.Quantity),
            TextOrNothing(auction?.Imbalance));
        console.Write(table);
        if (state is { PhaseReason: { } why, PhaseSince: { } since })
            console.WriteLine($"Since {Time(since)}: {Word(why)}.");
        if (state is { NextPhase: { } next, NextPhaseTime: { } at })
            console.WriteLine($"Next: {Word(next)} at {Time(at)}.");
        if (state.PriceLimits is { } limits)
            console.WriteLine($"Prices: {Text(limits.Lowest)} to {Text(limits.Highest)}.");
        if (state.Rules is { } rules && Rules(rules) is { Length: > 0 } text)
            console.WriteLine($"Rules: {text}.");
    }

    private static string Rules(BookRules rules)
    {
        (string Name, object? Value)[] all =
        [
            ("protection", rules.Protection),
            ("static band", rules.StaticBand),
            ("dynamic band",
                rules.DynamicBand is { } points ? $"{points}, {Word(rules.DynamicBandMode ?? BandMode.Reject)}" : null),
            ("auction collar", rules.AuctionCollar),
        ];
        return Phrase("; ", all);
    }

    /// <summary>Returns the wire's word for a member of an enum.</summary>
    internal static string Word<T>(T value)
        where T : struct, Enum => typeof(T).GetField(value.ToString())!
            .GetCustomAttribute<JsonStringEnumMemberNameAttribute>()!.Name;

    /// <summary>Returns an order's terms besides price and quantity.</summary>
    private static string Terms(Order order)
    {
        (string Name, object? Value)[] terms =
        [
            ("",
                order.TimeInForce is TimeInForce.Day or TimeInForce.GoodTillDate or TimeInForce.AtTheOpening
                    or TimeInForce.AtTheClose
                ? Word(order.TimeInForce) : null),
            ("till", order.GoodTill is { } until ? Time(until) : null),
            ("", order.PostOnly ? "post-only" : null),
            ("", order.Slide ? "slide" : null),
            ("display", order.DisplayQuantity),
            ("", order.Hidden ? "hidden" : null),
            ("", order.AllOrNone ? "all-or-none" : null),
            ("", order.DoNotReduce ? "do-not-reduce" : null),
            ("min", order.MinQuantity),
            ("", order.Stage is { } stage ? Word(stage) : null),
            ("trigger", order.TriggerPrice),
            ("by", order.TriggerBy is { } by and not TriggerBy.Last ? Word(by) : null),
            ("trail", order.TrailingDistance),
            ("trail bp", order.TrailingBasisPoints),
            ("trigger now", order.CurrentTriggerPrice),
            ("activation", order.ActivationPrice),
            ("limit offset", order.LimitOffset),
            ("peg", order.Peg is { } peg ? Word(peg) : null),
            ("offset", order.PegOffset),
            ("pegged at", order.PeggedPrice),
            ("amount", order.QuoteAmount),
            ("average", order.AveragePrice),
            ("protection", order.Protection),
            ("self-trade", order.SelfTrade is { } mode ? Word(mode) : null),
            ("leg", order.Strategy is { } strategy ? $"{Text(strategy.Leg)} of {Text(strategy.Legs.Count)}" : null),
            ("net", order.Strategy?.Net),
        ];
        return Phrase(", ", terms);
    }

    /// <summary>Joins the terms that are set, each with its name.</summary>
    private static string Phrase(string separator, IEnumerable<(string Name, object? Value)> terms) => string.Join(
        separator,
        terms.Where(term => term.Value is not null)
            .Select(term => string.Create(CultureInfo.InvariantCulture, $"{term.Name} {term.Value}").Trim()));

    /// <summary>Returns a book table: bids left, asks right, best on top.</summary>
    internal static Table Book(string title, IReadOnlyList<PriceLevel> bids, IReadOnlyList<PriceLevel> asks)
    {
        var table = With("bid size", "bid", "ask", "ask size").Title(Markup.Escape(title));
        for (var i = 0; i < Math.Max(bids.Count, asks.Count); i++)
        {
            var (bid, ask) = (i < bids.Count ? bids[i] : default, i < asks.Count ? asks[i] : default);
            table.AddRow(
                i < bids.Count ? Text(bid.Quantity) : "",
                i < bids.Count ? $"[green]{Text(bid.Price)}[/]" : "",
                i < asks.Count ? $"[red]{Text(ask.Price)}[/]" : "",
                i < asks.Count ? Text(ask.Quantity) : "");
        }

        return table;
    }

    /// <summary>Shows rows under their headings, or a word if there are none.</summary>
    internal static void Show(IAnsiConsole console, string whenEmpty, string[] headings, IEnumerable<string[]> rows)
    {
        var table = With(headings);
        foreach (var row in rows)
            Row(table, row);

        Write(console, table, whenEmpty);
    }

    internal static Table With(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in columns)
        {
            // A sentence may wrap. Without wrapping it would squeeze the columns of numbers and names beside it.
            var column = new TableColumn(name) { NoWrap = name != "detail" };
            table.AddColumn(s_numeric.Contains(name) ? column.RightAligned() : column);
        }

        return table;
    }

    internal static void Row(Table table, params string[] cells) =>
        table.AddRow(Array.ConvertAll(cells, Markup.Escape));

    internal static void Write(IAnsiConsole console, Table table, string whenEmpty)
    {
        if (table.Rows.Count == 0)
            console.WriteLine(whenEmpty);
        else
            console.Write(table);
    }

    internal static string Lower<T>(T value)
        where T : struct, Enum
    {
        var name = value.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }

    internal static string Text(IFormattable number) => number.ToString(format: null, CultureInfo.InvariantCulture);

    /// <summary>
    /// Returns an order's price; null for a market order, which the exchange reports with a price of 0.
    /// </summary>
    internal static string? Price(Order order) =>
        order is { Type: not OrderType.Market, Price: { } price } ? Text(price) : null;

    internal static string TextOrNothing(decimal? number) => number?.ToString(CultureInfo.InvariantCulture) ?? "";

    internal static string Day(DateOnly day) => day.ToString(Grammar.DayFormat, CultureInfo.InvariantCulture);

    internal static string Time(DateTimeOffset time) =>
        time.ToString("yyyy-MM-dd HH:mm:ss.ffffff", CultureInfo.InvariantCulture);
}
