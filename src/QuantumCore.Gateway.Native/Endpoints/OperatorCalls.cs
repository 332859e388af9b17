using System.Collections.Immutable;
using System.Globalization;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Orders;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Operators' calls for trading: phases, prices, rules, trades and the breaker.</summary>
internal sealed class OperatorCalls(
    BookControl operations, IGrainFactory grains, Listings listings, OperatorLog operators, GatewayOptions options,
    CorporateStandstill standstill, TimeProvider time)
{
    private const long LargestIndex = (1L << 53) - 1;

    /// <summary>POST /admin/symbols/{symbol}/phase: changes the phase of a symbol.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; with <c>forSeconds</c> the next phase is planned. Expect
    /// <c>NotInThisPhase</c> if the symbol cannot go there from its phase. A halt that the journal cannot record yet
    /// gets 202: it holds in memory.
    /// </remarks>
    public async Task<Result<Api.SymbolState>> SetPhaseAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.PhaseBody text)
    {
        var (refusal, command) = PhaseReading.Read(text, time.UnixNanos());
        if (command is not null && await standstill.WhyNotAsync(instrument, command) is { } why)
            refusal = Refusal.Malformed("phase", why);
        if ((refusal ?? WhyReading.Check(text.Why)) is { } refused)
            return refused;

        ValueTask<Refusal?> NoteAsync() => operators.NoteAsync(officer, "phaseSet", instrument.Symbol, text);
        return await (EnumWords<TradingPhase>.Find(text.Phase) == TradingPhase.Halt
            ? HaltAsync(instrument, command!, NoteAsync)
            : OperateAsync(instrument, command!, NoteAsync));
    }

    /// <summary>POST /admin/symbols/{symbol}/mark: sets the mark price.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Returns the symbol's state.
    /// </remarks>
    public Task<Result<Api.SymbolState>> SetMarkAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.PriceBody text) =>
        SetPriceAsync(officer, instrument, text, static ticks => new SetMarkPrice(ticks));

    /// <summary>POST /admin/symbols/{symbol}/reference: sets the static band's reference price.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Returns the symbol's state.
    /// </remarks>
    public Task<Result<Api.SymbolState>> SetReferenceAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.PriceBody text) =>
        SetPriceAsync(officer, instrument, text, static ticks => new SetReferencePrice(ticks));

    /// <summary>POST /admin/symbols/{symbol}/rules: sets bands, collar and auction rules.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; bands and collar are basis points, <c>protection</c> is decimal
    /// text, <c>auctionSeconds</c> seconds. An absent member stays, and <c>none</c> removes one. Expect
    /// <c>BadRequest</c> for a value out of its range.
    /// </remarks>
    public async Task<Result<Api.SymbolState>> SetRulesAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.RulesBody text)
    {
        var (refusal, changes) = RulesReading.Read(text, instrument);
        if ((refusal ?? WhyReading.Check(text.Why)) is { } refused)
            return refused;

        return await OperateAsync(
            instrument, new SetBookRules(changes),
            () => operators.NoteAsync(officer, "rulesSet", instrument.Symbol, text));
    }

    /// <summary>POST /admin/symbols/{symbol}/bust: declares a trade void.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; both sides get back what they gave, fees too. Expect
    /// <c>UnknownTrade</c> for a trade that is void already, or from before a split or a symbol change. An account that
    /// lacks what is taken back is frozen.
    /// </remarks>
    public Task<Result<Api.TradeChange>> BustAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.TradeBody text) =>
        ChangeTradeAsync(officer, instrument, text, corrects: false);

    /// <summary>POST /admin/symbols/{symbol}/correct: corrects the price of a trade.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Both sides settle the difference and the fees of the new price. Expect <c>UnknownTrade</c>
    /// for a void trade, and one from before a split or a symbol change.
    /// </remarks>
    public Task<Result<Api.TradeChange>> CorrectAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.TradeBody text) =>
        ChangeTradeAsync(officer, instrument, text, corrects: true);

    /// <summary>GET /admin/actions: lists operators' actions, newest first.</summary>
    /// <remarks>
    /// Needs the role administrator. <c>limit</c> is 1 to 1000, by default 100; <c>before</c> is the <c>sequence</c> of
    /// a line, else <c>BadRequest</c>.
    /// </remarks>
    public Task<Result<Api.AuditLines>> ActionsAsync(HttpContext context) =>
        AuditLines.ReadAsync(context, operators.LinesAsync);

    /// <summary>POST /admin/breaker: reports an index to the breaker.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; both members are whole numbers from 1 in any one unit. A fall of
    /// 7, 13 or 20 per cent is level 1, 2 or 3, and stops every symbol. If a symbol fails, the error names it in
    /// <c>detail</c>: repeat the call.
    /// </remarks>
    public async Task<Result<Api.BreakerReport>> BreakAsync(HttpContext context, Caller officer, Api.BreakerBody text)
    {
        var close = 0L;
        var refusal = NumberReading.WholeNumber("index", text.Index, LargestIndex, out var index)
            ?? NumberReading.WholeNumber("previousClose", text.PreviousClose, LargestIndex, out close)
            // An index of 0 would close every symbol for the day: that is a missing figure, not a fall of the market.
            ?? (index == 0 || close == 0 ? OrderChecks.Outside(
                RejectReason.BadRequest, index == 0 ? "index" : "previousClose", "0", 0,
                ValueScale.OfInteger(1, LargestIndex)) : null);
        if (refusal is { } refused)
            return refused;

        var now = time.GetUtcNow();
        var local = TimeZoneInfo.ConvertTime(now, options.TimeZone).DateTime;
        var call = MarketWideBreaker.Judge(index, close, local, await grains.Catalog().BreakerUsed());
        ImmutableArray<string> stopped = [];
        if (call.Acts)
        {
            var failed = new PartialFailure("symbol");
            stopped = await new MarketStop(operations, now, options.TimeZone)
                .StopAsync(await listings.AllAsync(), call.Level, failed);
            if (failed.Refusal is { } failure)
            {
                // The catalog records complete stops, with the name of the officer.
                await operators.NoteAsync(
                    officer, "marketStoppedInPart", string.Create(CultureInfo.InvariantCulture, $"level {call.Level}"),
                    text);
                return failure;
            }

            await grains.Catalog().UseBreaker(new BreakerUse(MarketWideBreaker.DayOf(local), call.Level, officer.Name));
        }

        return new Api.BreakerReport(call.Level, call.Acts, stopped);
    }

    private async Task<Result<Api.SymbolState>> SetPriceAsync(
        Caller officer, Instrument instrument, Api.PriceBody text,
        Func<long, BookCommand> commandOf)
    {
        if ((ReadPrice(instrument, text.Price, out var ticks) ?? WhyReading.Check(text.Why)) is { } refused)
            return refused;

        // Marks change every second: the book's record of each is enough.
        var command = commandOf(ticks);
        return await OperateAsync(
            instrument, command,
            command is SetMarkPrice ? null : () => operators.NoteAsync(
                officer, "referenceSet", instrument.Symbol, text));
    }

    private async Task<Result<Api.TradeChange>> ChangeTradeAsync(
        Caller officer, Instrument instrument, Api.TradeBody text, bool corrects)
    {
        var ticks = 0L;
        var place = Call.Trade(text.Trade ?? "");
        var refusal = place is null ? Refusal.Not("trade", text.Trade, "the id of a trade, such as 17-0")
            : corrects ? ReadPrice(instrument, text.Price, out ticks)
            : text.Price is not null ? Refusal.Malformed(
                "price", $"price {RefusalText.Shown(text.Price)} is not possible; a void trade has no new price")
            : null;
        if ((refusal ?? WhyReading.Check(text.Why)) is { } refused)
            return refused;

        // Recorded before it is done: money must not move without a name, and busting a trade again would be rejected.
        var what = corrects ? "tradeCorrected" : "tradeVoided";
        if (await operators.NoteAsync(officer, what, instrument.Symbol, text, isDone: false) is { } unnoted)
            return unnoted;

        var changed = await operations.ChangeTradeAsync(instrument.Symbol, place!.Value, ticks);
        if (changed.Reason == RejectReason.None)
            return changed.ToApi(instrument, place.Value);

        // The act is recorded already; another line records its failure, if that is known.
        if (changed.Reason != RejectReason.OutcomeUnknown)
            await operators.NoteAsync(
                officer, what + "Not", instrument.Symbol, text with { Why = changed.Reason.ToString() });
        return new Refusal(changed.Reason, FieldOf(changed.Reason));
    }

    private static string? FieldOf(RejectReason reason) => reason switch
    {
        RejectReason.UnknownTrade => "trade",
        RejectReason.InvalidPrice => "price",
        _ => null,
    };

    private static Refusal? ReadPrice(Instrument instrument, string? text, out long ticks)
    {
        ticks = 0;
        if (text is null)
            return Refusal.Not("price", null, "a price of the instrument");

        var numbers = new NumberReading(instrument);
        ticks = numbers.Price("price", text) ?? 0;
        return numbers.Wrong ?? OrderChecks.Price(instrument, ticks, "price", text);
    }

    /// <summary>Carries out a command, audits it, and returns the symbol's state after it.</summary>
    private async Task<Result<Api.SymbolState>> OperateAsync(
        Instrument instrument, BookCommand command, Func<ValueTask<Refusal?>>? note) =>
        await OperatedAsync(instrument, await operations.OperateAsync(instrument.Symbol, command), note);

    private async Task<Result<Api.SymbolState>> OperatedAsync(
        Instrument instrument, RejectReason reason, Func<ValueTask<Refusal?>>? note)
    {
        var refusal = reason != RejectReason.None ? new Refusal(reason) : note is null ? null : await note();
        return refusal is { } refused ? refused : await MarketCalls.StateOfAsync(grains, instrument);
    }

    // A halt does not wait for a journal that cannot commit. It holds in memory, which 202 tells, and is recorded and
    // audited once the journal can commit.
    private async Task<Result<Api.SymbolState>> HaltAsync(
        Instrument instrument, BookCommand command, Func<ValueTask<Refusal?>> note)
    {
        var halted = await operations.HaltAsync(instrument.Symbol, command);
        if (halted is not { Reason: RejectReason.None, IsOnRecord: false, State: { } state })
            return await OperatedAsync(instrument, halted.Reason, note);

        _ = operators.NoteLaterAsync(note);
        return Result<Api.SymbolState>.Json(
            to => to.WriteState(state, instrument), StatusCodes.Status202Accepted);
    }
}
