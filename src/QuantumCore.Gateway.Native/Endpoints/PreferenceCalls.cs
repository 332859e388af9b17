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
    public async Task<Result<Api.PreferenceList>> ListAsync(HttpContext context, SignedIn who)
    {
        var (failure, all, _) =
            await _calls.AskAsync("Preferences", 0, () => grains.GetGrain<IPreferencesGrain>(who.User.Name).All());
        return failure == RejectReason.None ? ToApi(all) : new Refusal(failure);
    }

    /// <summary>PATCH /user/preferences: changes your terminal settings.</summary>
    /// <remarks>
    /// Needs a session; sets the named ones, removes those without <c>value</c>, and leaves the rest, all or none.
    /// Expect <c>BadRequest</c> for a name or value against the rule, <c>Forbidden</c> with <c>limit</c> above 100.
    /// </remarks>
    public async Task<Result<Api.PreferenceList>> ChangeAsync(
        HttpContext context, SignedIn who, Api.PreferencesBody text)
    {
        ImmutableArray<Preference> changes =
            [.. (text.Preferences ?? []).Select(change => new Preference(change?.Name ?? "", change?.Value))];
        var refusal = changes.IsEmpty ? Refusal.Malformed("preferences", "The request needs at least one preference.")
            : changes.FirstOrDefault(change => !Preference.IsName(change.Name)) is { Name: { } wrong } ? Refusal.Not(
                "name", wrong, $"1 to {Preference.LongestName} letters, digits, '.', '_' and '-'")
            : changes.Any(change => change.Value?.Length > Preference.LongestValue) ? Refusal.Malformed(
                "value", $"value is longer than {Preference.LongestValue} characters")
            : (Refusal?)null;
        if (refusal is { } refused)
            return refused;

        var (failure, result, _) =
            await _calls.AskAsync(
                "ChangePreferences", 0, () => grains.GetGrain<IPreferencesGrain>(who.User.Name).Change(changes));
        if (failure != RejectReason.None)
            return new Refusal(failure);
        return result!.Reason == RejectReason.None
            ? ToApi(result.All)
            : new Refusal(
                result.Reason, "preferences", $"{Preference.MostOfOne}",
                $"A user has at most {Preference.MostOfOne} preferences; remove one first.");
    }

    private static Api.PreferenceList ToApi(ImmutableArray<Preference> all) =>
        new([.. all.Select(preference => new Api.UserPreference(preference.Name, preference.Value))]);
}
