using System.Collections.Immutable;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Native.Endpoints;

/// <summary>Calls for a user's terminal preferences.</summary>
internal sealed class PreferenceCalls(IGrainFactory grains, ILogger<PreferenceCalls> log)
{
    private readonly GrainCalls _calls = new(log);

    /// <summary>GET /user/preferences: lists your terminal settings.</summary>
    /// <remarks>Needs a session; a key gets <c>Unauthorized</c>.</remarks>
    public async Task ListAsync(HttpContext context, SignedIn who)
    {
        var (failure, all, _) =
            await _calls.AskAsync("Preferences", 0, () => grains.GetGrain<IPreferencesGrain>(who.User.Name).All());
        await AnswerAllAsync(context, failure == RejectReason.None ? null : new Refusal(failure), all);
    }

    /// <summary>PATCH /user/preferences: changes your terminal settings.</summary>
    /// <remarks>
    /// Needs a session; sets the named ones, removes those without <c>value</c>, and leaves the rest, all or none.
    /// Expect <c>BadRequest</c> for a name or value against the rule, <c>Forbidden</c> with <c>limit</c> above 100.
    /// </remarks>
    public async Task ChangeAsync(HttpContext context, SignedIn who, Api.PreferencesBody text)
    {
        ImmutableArray<Preference> changes =
            [.. (text.Preferences ?? []).Select(change => new Preference(change?.Name ?? "", change?.Value))];
        var refusal = changes.IsEmpty ? Refusal.Malformed("preferences", "The request needs at least one preference.")
            : changes.FirstOrDefault(change => !Preference.IsName(change.Name)) is { Name: { } wrong } ? Refusal.Not(
                "name", wrong, $"1 to {Preference.LongestName} letters, digits, '.', '_' and '-'")
            : changes.Any(change => change.Value?.Length > Preference.LongestValue) ? Refusal.Malformed(
                "value", $"value is longer than {Preference.LongestValue} characters")
            : (Refusal?)null;
        if (refusal is not null)
        {
            await AnswerAllAsync(context, refusal, []);
            return;
        }

        var (failure, result, _) =
            await _calls.AskAsync(
                "ChangePreferences", 0, () => grains.GetGrain<IPreferencesGrain>(who.User.Name).Change(changes));
        await AnswerAllAsync(
            context,
            failure != RejectReason.None ? new Refusal(failure)
                : result.Reason != RejectReason.None ? new Refusal(
                    result.Reason, "preferences", $"{Preference.MostOfOne}",
                    $"A user has at most {Preference.MostOfOne} preferences; remove one first.")
                : null,
            result?.All ?? []);
    }

    private static async Task AnswerAllAsync(HttpContext context, Refusal? refusal, ImmutableArray<Preference> all)
    {
        if (await Answer.TryRefuseAsync(context, refusal))
            return;

        await Answer.JsonAsync(
            context,
            new Api.PreferenceList(
                [.. all.Select(preference => new Api.UserPreference(preference.Name, preference.Value))]));
    }
}
