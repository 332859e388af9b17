using System.Buffers;
using Microsoft.AspNetCore.Http;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Hosting;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Markets;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Gateway.Signals;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for signals from outside, and for their strategies.</summary>
internal sealed class SignalCalls(
    IGrainFactory grains, SignalDesk desk, Listings listings, GatewayMetrics metrics, TimeProvider time)
{
    private ICatalogGrain Catalog => grains.Catalog();

    /// <summary>POST /signals/{strategy}: takes a signal of a webhook.</summary>
    /// <remarks>
    /// Needs no key: <c>X-QC-Signature</c> is the hex HMAC-SHA256 of the body with the strategy's secret, or the body
    /// has a <c>passphrase</c> if the strategy takes one. Quantity and price are decimal text; the same <c>key</c> is
    /// carried out once. Expect <c>Unauthorized</c>, <c>SignalsPaused</c>, <c>SignalTooOld</c>, <c>SignalSkipped</c>,
    /// or the error of the order, which then is on the list of dead signals.
    /// </remarks>
    public async Task<Result<Api.SignalReceipt>> TakeAsync(HttpContext context)
    {
        var started = time.GetTimestamp();
        var read = await context.Request.BodyReader.ReadAsync(context.RequestAborted);
        var body = read.Buffer.ToArray();
        context.Request.BodyReader.AdvanceTo(read.Buffer.End);
        if (body.Length > Call.LongestBody)
        {
            metrics.WebhookAnswered(RejectReason.BadRequest, isDuplicate: false, time.GetElapsedTime(started));
            return Refusal.Malformed(null, "The body is too long.") with
            {
                Status = StatusCodes.Status413PayloadTooLarge,
            };
        }

        var signature = context.Request.Headers["X-QC-Signature"] is [{ } told] ? told : null;
        var answer = await desk.TakeAsync(Call.Path(context, "strategy"), body, signature);
        metrics.WebhookAnswered(
            answer.Refusal?.Reason ?? RejectReason.None, answer.IsDuplicate, time.GetElapsedTime(started));
        if (answer.Refusal is { } refusal)
        {
            Answer.RetryAfter(context, answer.RetryAfter);
            return refusal;
        }

        var (name, listed) = (Call.Path(context, "strategy"), await listings.BySymbolAsync());
        return Result<Api.SignalReceipt>.Members(to =>
        {
            to.WriteString("strategy"u8, name);
            to.WriteString("key"u8, answer.Key);
            to.WriteString("clientOrderId"u8, answer.ClientOrderId);
            to.WriteBoolean("duplicate"u8, answer.IsDuplicate);
            to.WriteStartArray("accounts"u8);
            foreach (var report in answer.Reports)
            {
                to.WriteStartObject();
                to.WriteString("account"u8, new AccountId(report.Account).ToString());
                to.WriteString("code"u8, report.Reason.ToString());
                if (report.Reason == RejectReason.None)
                {
                    to.WritePropertyName("order"u8);
                    to.WriteOrder(report, listed);
                }

                to.WriteEndObject();
            }

            to.WriteEndArray();
        });
    }

    /// <summary>GET /signals/strategies: lists the webhook strategies.</summary>
    /// <remarks>
    /// Needs a key or session; a customer sees the own strategies, an administrator all. Secrets are not shown.
    /// </remarks>
    public async Task<Result<Api.SignalStrategyList>> ListAsync(HttpContext context, Caller caller)
    {
        var shown = (await Catalog.SignalStrategies()).Where(state => Owns(caller, state.Strategy));
        return new Api.SignalStrategyList([.. shown.Select(state => ToApi(state, secret: null))]);
    }

    /// <summary>PUT /signals/strategies/{strategy}: makes or changes a webhook strategy.</summary>
    /// <remarks>
    /// Needs a key or session; a customer's strategy trades for the customer's own account only, else <c>Forbidden</c>.
    /// The <c>secret</c> is in the response that made it only, also with <c>newSecret</c>. Expect <c>UnknownSymbol</c>
    /// for an unlisted symbol, <c>BadRequest</c> for a value out of its range.
    /// </remarks>
    public async Task<Result<Api.SignalStrategy>> SetAsync(
        HttpContext context, Caller caller, Api.SignalStrategyBody text)
    {
        var name = Call.Path(context, "strategy");
        var known = (await Catalog.FindSignalStrategy(name))?.Strategy;
        var owner = known is not null && caller.May(UserRole.Administrator) ? known.Owner
            : caller.May(UserRole.Administrator) ? 0
            : caller.Account;
        var (refusal, strategy) = SignalReading.Read(text, name, owner, known);
        if (!caller.May(UserRole.Administrator)
            && (caller.Account == 0 || strategy.Targets.Any(target => target.Account != caller.Account)))
            refusal = new Refusal(
                RejectReason.Forbidden, "accounts", null,
                "A customer's strategy can trade for the customer's own account only.");
        foreach (var symbol in strategy.Symbols)
        {
            if (await listings.FindAsync(symbol) is null)
                refusal ??= await listings.UnknownAsync(symbol, "symbols");
        }

        string? shown = null;
        if (refusal is null && (known is null || text.NewSecret))
        {
            (var closed, shown) = desk.NewSecret(name);
            strategy = strategy with { Secret = closed };
        }

        if (refusal is null
            && await Catalog.SetSignalStrategy(strategy, caller.Name) is not RejectReason.None and var reason)
            refusal = new Refusal(reason, "name");
        if (refusal is { } refused)
            return refused;

        var state = await Catalog.FindSignalStrategy(name);
        return ToApi(state!, shown);
    }

    /// <summary>DELETE /signals/strategies/{strategy}/pause: ends the pause of a strategy.</summary>
    /// <remarks>
    /// Needs a key or session of the strategy's owner, or of an administrator, else <c>Forbidden</c>. Returns the
    /// strategy.
    /// </remarks>
    public async Task<Result<Api.SignalStrategy>> ResumeAsync(HttpContext context, Caller caller)
    {
        var name = Call.Path(context, "strategy");
        if (await Catalog.FindSignalStrategy(name) is not { } state || !Owns(caller, state.Strategy))
            return new Refusal(RejectReason.Forbidden, "strategy");

        await Catalog.ResumeSignals(name, caller.Name);
        return ToApi((await Catalog.FindSignalStrategy(name))!, secret: null);
    }

    /// <summary>GET /signals/dead: lists signals that failed.</summary>
    /// <remarks>
    /// Needs a key or session; a customer sees those of the own strategies, an administrator all. The newest is first;
    /// each has its body and the reason.
    /// </remarks>
    public async Task<Result<Api.DeadSignalList>> DeadAsync(HttpContext context, Caller caller)
    {
        var own = (await Catalog.SignalStrategies()).Where(state => Owns(caller, state.Strategy))
            .Select(state => state.Strategy.Name).ToHashSet(StringComparer.Ordinal);
        var dead = (await Catalog.DeadSignals()).Where(signal => own.Contains(signal.Strategy));
        return new Api.DeadSignalList([.. dead.Select(signal => new Api.DeadSignal(
            signal.Id,
            signal.Strategy,
            signal.Key,
            SignalNames.ClientOrderId(signal.Strategy, signal.Key),
            new(signal.TimeNanos),
            signal.TimeNanos,
            signal.Reason.ToString(),
            signal.Detail,
            signal.Body))]);
    }

    /// <summary>DELETE /signals/dead/{id}: removes a failed signal.</summary>
    /// <remarks>
    /// Needs a key or session of the strategy's owner, or of an administrator. Expect <c>BadRequest</c> with status 404
    /// if the list has no such signal.
    /// </remarks>
    public async Task<Result<Api.DroppedSignal>> DropAsync(HttpContext context, Caller caller)
    {
        var id = Call.Number(Call.Path(context, "id"), 1, long.MaxValue) ?? 0;
        var dead = (await Catalog.DeadSignals()).FirstOrDefault(signal => signal.Id == id);
        if (dead is null || await Catalog.FindSignalStrategy(dead.Strategy) is not { } state
            || !Owns(caller, state.Strategy))
        {
            return new Refusal(RejectReason.BadRequest, "id", null, "No such signal is on the list.")
            {
                Status = StatusCodes.Status404NotFound,
            };
        }

        await Catalog.DropDeadSignal(id, caller.Name);
        return new Api.DroppedSignal(id);
    }

    private static bool Owns(Caller caller, SignalStrategy strategy) =>
        caller.May(UserRole.Administrator) || (caller.Account > 0 && strategy.Owner == caller.Account);

    private static Api.SignalStrategy ToApi(SignalStrategyState state, string? secret)
    {
        var strategy = state.Strategy;
        return new Api.SignalStrategy(
            strategy.Name,
            strategy.Owner > 0 ? ApiValues.Account(strategy.Owner) : null,
            secret,
            strategy.TakesPassphrase,
            [.. strategy.Targets.Select(
                target => new Api.SignalTarget(ApiValues.Account(target.Account), target.Percent))],
            strategy.Symbols,
            strategy.Policy,
            strategy.MostInWindow,
            strategy.WindowSeconds,
            strategy.MostFailures,
            strategy.PauseSeconds,
            strategy.MaxAgeSeconds,
            strategy.IsClosed,
            state.Failures,
            state.PausedUntilNanos == 0
                ? null
                : DateTimeOffset.FromUnixTimeMilliseconds(state.PausedUntilNanos / 1_000_000));
    }
}
