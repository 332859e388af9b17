using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Wire;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway;

/// <summary>
/// Puts on record who did what to trading and accounts. An act is noted when it is done and before it is answered: a halt does not wait for
/// its line, and one that was answered has it. What can't be done twice is noted before it is done.
/// </summary>
internal sealed class OperatorLog(IGrainFactory grains, TimeProvider time, ILogger<OperatorLog> log)
{
    private const int LongestDetail = 1_000;
    private static readonly TimeSpan s_notingPause = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions s_said = new(WireJson.Default.Options) { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull };
    private readonly GrainCalls _calls = new(log);

    private IOperatorLogGrain Grain => grains.GetGrain<IOperatorLogGrain>(IOperatorLogGrain.Key);

    /// <summary>Puts an act on record.</summary>
    /// <param name="officer">Who did it; null: an account's owner, of whom the account's own records tell, and nothing is noted.</param>
    /// <param name="what">What was done, one word.</param>
    /// <param name="subject">The symbol or the account that it was done to.</param>
    /// <param name="text">The call, all of which goes on record: no secrets.</param>
    /// <param name="isDone">Whether it is done already.</param>
    /// <returns>Null, or what is to be answered where it is not known to be on record.</returns>
    public async ValueTask<Refusal?> Note<T>(Caller? officer, string what, string subject, T text, bool isDone = true)
    {
        if (officer is not { Name: var name })
            return null;

        var act = new OperatorAct(what, subject, name, Said(text));
        var noted = await _calls.Ask("Note", 0, () => Grain.Note(act));
        return noted.Failure == RejectReason.None ? null
            : isDone ? new Refusal(RejectReason.OutcomeUnknown, null, null, "It is done, but not known to be on record under your name.")
            : new Refusal(RejectReason.Overloaded, null, null, "It can't go on record under your name now, so that it was not done.");
    }

    /// <summary>Notes an act that is done when the log can be written again; it is tried for as long as the process lives.</summary>
    public async Task NoteLater(Func<ValueTask<Refusal?>> note)
    {
        while (await note() is not null)
            await Task.Delay(s_notingPause, time, CancellationToken.None);
    }

    /// <summary>The newest lines before a sequence, newest first.</summary>
    public ValueTask<ImmutableArray<AuditLine>> Lines(long before, int limit) => Grain.Lines(before, limit);

    /// <summary>The members of a call that are there, by name.</summary>
    private static string Said<T>(T text)
    {
        var members = JsonSerializer.SerializeToElement(text, (JsonTypeInfo<T>)s_said.GetTypeInfo(typeof(T))).EnumerateObject();
        var said = string.Join(", ", members.Select(
            member => $"{member.Name} {(member.Value.ValueKind == JsonValueKind.String ? member.Value.GetString() : member.Value.GetRawText())}"));
        return said.Length <= LongestDetail ? said : said[..LongestDetail];
    }
}
