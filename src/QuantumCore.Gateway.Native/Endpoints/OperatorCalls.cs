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
    public async Task SetPhaseAsync(HttpContext context, Caller officer, Instrument instrument, Api.PhaseBody text)
    {
        var (refusal, command) = PhaseReading.Read(text, time.UnixNanos());
        if (command is not null && await standstill.WhyNotAsync(instrument, command) is { } why)
            refusal = Refusal.Malformed("phase", why);
        if (await Answer.TryRefuseAsync(context, refusal ?? WhyReading.Check(text.Why)))
            return;

        ValueTask<Refusal?> NoteAsync() => operators.NoteAsync(officer, "phaseSet", instrument.Symbol, text);
        await (WireNames.ReadPhase(text.Phase) == TradingPhase.Halt
            ? HaltAsync(context, instrument, command!, NoteAsync)
            : OperateAsync(context, instrument, command!, NoteAsync));
    }

    /// <summary>POST /admin/symbols/{symbol}/mark: sets the mark price.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Returns the symbol's state.
    /// </remarks>
    public Task SetMarkAsync(HttpContext context, Caller officer, Instrument instrument, Api.PriceBody text) =>
        SetPriceAsync(context, officer, instrument, text, static ticks => new SetMarkPrice(ticks));

    /// <summary>POST /admin/symbols/{symbol}/reference: sets the static band's reference price.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Returns the symbol's state.
    /// </remarks>
    public Task SetReferenceAsync(HttpContext context, Caller officer, Instrument instrument, Api.PriceBody text) =>
        SetPriceAsync(context, officer, instrument, text, static ticks => new SetReferencePrice(ticks));

    /// <summary>POST /admin/symbols/{symbol}/rules: sets bands, collar and auction rules.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; bands and collar are basis points, <c>protection</c> is decimal
    /// text, <c>auctionSeconds</c> seconds. An absent member stays, and <c>none</c> removes one. Expect
    /// <c>BadRequest</c> for a value out of its range.
    /// </remarks>
    public async Task SetRulesAsync(HttpContext context, Caller officer, Instrument instrument, Api.RulesBody text)
    {
        var (refusal, changes) = RulesReading.Read(text, instrument);
        if (await Answer.TryRefuseAsync(context, refusal ?? WhyReading.Check(text.Why)))
            return;

        await OperateAsync(
            context, instrument, new SetBookRules(changes),
            () => operators.NoteAsync(officer, "rulesSet", instrument.Symbol, text));
    }

    /// <summary>POST /admin/symbols/{symbol}/bust: declares a trade void.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; both sides get back what they gave, fees too. Expect
    /// <c>UnknownTrade</c> for a trade that is void already, or from before a split or a symbol change. An account that
    /// lacks what is taken back is frozen.
    /// </remarks>
    public Task BustAsync(HttpContext context, Caller officer, Instrument instrument, Api.TradeBody text) =>
        ChangeTradeAsync(context, officer, instrument, text, corrects: false);

    /// <summary>POST /admin/symbols/{symbol}/correct: corrects the price of a trade.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; <c>price</c> is decimal text on the tick, else
    /// <c>InvalidPrice</c>. Both sides settle the difference and the fees of the new price. Expect <c>UnknownTrade</c>
    /// for a void trade, and one from before a split or a symbol change.
    /// </remarks>
    public Task CorrectAsync(HttpContext context, Caller officer, Instrument instrument, Api.TradeBody text) =>
        ChangeTradeAsync(context, officer, instrument, text, corrects: true);

    /// <summary>GET /admin/actions: lists operators' actions, newest first.</summary>
    /// <remarks>
    /// Needs the role administrator. <c>limit</c> is 1 to 1000, by default 100; <c>before</c> is the <c>sequence</c> of
    /// a line, else <c>BadRequest</c>.
    /// </remarks>
    public Task ActionsAsync(HttpContext context) => AuditLines.AnswerAsync(context, operators.LinesAsync);

    /// <summary>POST /admin/breaker: reports an index to the breaker.</summary>
    /// <remarks>
    /// Needs the role marketOperator or administrator; both members are whole numbers from 1 in any one unit. A fall of
    /// 7, 13 or 20 per cent is level 1, 2 or 3, and stops every symbol. If a symbol fails, the error names it in
    /// <c>detail</c>: repeat the call.
    /// </remarks>
    public async Task BreakAsync(HttpContext context, Caller officer, Api.BreakerBody text)
    {
        var close = 0L;
        var refusal = NumberReading.WholeNumber("index", text.Index, LargestIndex, out var index)
            ?? NumberReading.WholeNumber("previousClose", text.PreviousClose, LargestIndex, out close)
            // An index of 0 would close every symbol for the day: that is a missing figure, not a fall of the market.
            ?? (index == 0 || close == 0 ? OrderChecks.Outside(
                RejectReason.BadRequest, index == 0 ? "index" : "previousClose", "0", 0,
                ValueScale.OfInteger(1, LargestIndex)) : null);
        if (await Answer.TryRefuseAsync(context, refusal))
            return;

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
                await Answer.RefuseAsync(context, failure);
                return;
            }

            await grains.Catalog().UseBreaker(new BreakerUse(MarketWideBreaker.DayOf(local), call.Level, officer.Name));
        }

        await Answer.JsonAsync(context, new Api.BreakerReport(call.Level, call.Acts, stopped));
    }

    private async Task SetPriceAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.PriceBody text,
        Func<long, BookCommand> commandOf)
    {
        if (await Answer.TryRefuseAsync(
            context, ReadPrice(instrument, text.Price, out var ticks) ?? WhyReading.Check(text.Why)))
            return;

        // Marks change every second: the book's record of each is enough.
        var command = commandOf(ticks);
        await OperateAsync(
            context, instrument, command,
            command is SetMarkPrice ? null : () => operators.NoteAsync(
                officer, "referenceSet", instrument.Symbol, text));
    }

    private async Task ChangeTradeAsync(
        HttpContext context, Caller officer, Instrument instrument, Api.TradeBody text, bool corrects)
    {
        var ticks = 0L;
        var place = Call.Trade(text.Trade ?? "");
        var refusal = place is null ? Refusal.Not("trade", text.Trade, "the id of a trade, such as 17-0")
            : corrects ? ReadPrice(instrument, text.Price, out ticks)
            : text.Price is not null ? Refusal.Malformed(
                "price", $"price {RefusalText.Shown(text.Price)} is not possible; a void trade has no new price")
            : null;
        if (await Answer.TryRefuseAsync(context, refusal ?? WhyReading.Check(text.Why)))
            return;

        // Recorded before it is done: money must not move without a name, and busting a trade again would be rejected.
        var what = corrects ? "tradeCorrected" : "tradeVoided";
        if (await Answer.TryRefuseAsync(
            context, await operators.NoteAsync(officer, what, instrument.Symbol, text, isDone: false)))
            return;

        var changed = await operations.ChangeTradeAsync(instrument.Symbol, place!.Value, ticks);
        if (changed.Reason == RejectReason.None)
        {
            await Answer.JsonAsync(context, changed.ToApi(instrument, place.Value));
            return;
        }

        // The act is recorded already; another line records its failure, if that is known.
        if (changed.Reason != RejectReason.OutcomeUnknown)
            await operators.NoteAsync(
                officer, what + "Not", instrument.Symbol, text with { Why = changed.Reason.ToString() });
        await Answer.RefuseAsync(context, new Refusal(changed.Reason, FieldOf(changed.Reason)));
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

    /// <summary>Carries out a command, audits it, and answers with the symbol's state after it.</summary>
    private async ValueTask OperateAsync(
        HttpContext context, Instrument instrument, BookCommand command, Func<ValueTask<Refusal?>>? note)
    {
        await AnswerOperatedAsync(context, instrument, await operations.OperateAsync(instrument.Symbol, command), note);
    }

    private async ValueTask AnswerOperatedAsync(
        HttpContext context, Instrument instrument, RejectReason reason, Func<ValueTask<Refusal?>>? note)
    {
        var refusal = reason != RejectReason.None ? new Refusal(reason) : note is null ? null : await note();
        if (!await Answer.TryRefuseAsync(context, refusal))
            await MarketCalls.AnswerStateAsync(context, grains, instrument);
    }

    // A halt does not wait for a journal that cannot commit. It holds in memory, which 202 tells, and is recorded and
    // audited once the journal can commit.
    private async ValueTask HaltAsync(
        HttpContext context, Instrument instrument, BookCommand command, Func<ValueTask<Refusal?>> note)
    {
        var halted = await operations.HaltAsync(instrument.Symbol, command);
        if (halted is { Reason: RejectReason.None, IsOnRecord: false, State: { } state })
        {
            _ = operators.NoteLaterAsync(note);
            await Answer.JsonAsync(
                context, (state, instrument), static (to, answer) => to.WriteState(answer.state, answer.instrument),
                StatusCodes.Status202Accepted);
            return;
        }

        await AnswerOperatedAsync(context, instrument, halted.Reason, note);
    }
}
