using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Gateway.Identity;
using QuantumCore.Gateway.Native.Json;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>
/// Audits operators' acts on trading and accounts. An act is recorded after it is done and before it is answered. So a
/// halt does not wait for its record, and every answered act has one. An act that cannot be done twice is recorded
/// before it is done.
/// </summary>
internal sealed class OperatorLog(IGrainFactory grains, TimeProvider time, ILogger<OperatorLog> log)
{
    private const int LongestDetail = 1_000;
    private static readonly TimeSpan s_notingPause = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions s_said = new(WireJson.Default.Options)
    {
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        TypeInfoResolver = JsonTypeInfoResolver.Combine(Api.ApiJson.Strict.TypeInfoResolver, WireJson.Default),
    };

    private readonly GrainCalls _calls = new(log);

    private IOperatorLogGrain Grain => grains.GetGrain<IOperatorLogGrain>(IOperatorLogGrain.Key);

    /// <summary>Records an act.</summary>
    /// <param name="officer">
    /// Officer who acts; null for an account's owner, whose own records suffice. Nothing is recorded then.
    /// </param>
    /// <param name="what">Kind of act, one word.</param>
    /// <param name="subject">Symbol or account that it affects.</param>
    /// <param name="text">Request; all of it is recorded, so it must have no secrets.</param>
    /// <param name="isDone">True if the act is done already.</param>
    /// <returns>Null, or the refusal to answer with if the record is not known to be written.</returns>
    public async ValueTask<Refusal?> NoteAsync<T>(
        Caller? officer, string what, string subject, T text, bool isDone = true)
    {
        if (officer is not { Name: var name })
            return null;

        var act = new OperatorAct(what, subject, name, Said(text));
        var noted = await _calls.AskAsync("Note", 0, () => Grain.Note(act));
        return noted.Failure == RejectReason.None ? null
            : isDone
                ? new Refusal(
                    RejectReason.OutcomeUnknown, null, null,
                    "It is done, but not known to be on record under your name.")
            : new Refusal(
                RejectReason.Overloaded, null, null,
                "It can't go on record under your name now, so that it was not done.");
    }

    /// <summary>Records an act once the log can be written again; retries for as long as the process lives.</summary>
    public async Task NoteLaterAsync(Func<ValueTask<Refusal?>> note)
    {
        while (await note() is not null)
            await Task.Delay(s_notingPause, time, CancellationToken.None);
    }

    /// <summary>Returns the newest audit lines before a sequence, newest first.</summary>
    public ValueTask<ImmutableArray<AuditLine>> LinesAsync(long before, int limit) => Grain.Lines(before, limit);

    /// <summary>Formats the members of a request that are set, by name.</summary>
    private static string Said<T>(T text)
    {
        var members =
            JsonSerializer.SerializeToElement(text, (JsonTypeInfo<T>)s_said.GetTypeInfo(typeof(T))).EnumerateObject();
        var said = string.Join(", ", members.Select(
            member =>
                $"{member.Name} {(member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText())}"));
        return said.Length <= LongestDetail ? said : said[..LongestDetail];
    }
}
