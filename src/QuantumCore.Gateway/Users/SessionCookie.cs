using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Users;

/// <summary>
/// The cookie of a session: the framework's, which nobody can make or change without the keys in the data directory. It carries
/// the id of a session; whether that has ended is the catalog's to say, each time.
/// </summary>
internal static class SessionCookie
{
    /// <summary>Its name.</summary>
    public const string Name = "qc_session";

    /// <summary>How long a session lasts at most.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const string Scheme = "session";
    private const string IdClaim = "sid";

    /// <summary>Adds what makes and reads the cookie.</summary>
    public static void AddSessionCookie(this IServiceCollection services, GatewayOptions options)
    {
        // Requests with a key have nothing to do with it: it is read where a call asks who calls, not before every call.
        AppContext.SetSwitch("Microsoft.AspNetCore.Authentication.SuppressAutoDefaultScheme", true);
        var protection = services.AddDataProtection().SetApplicationName("QuantumCore");
        if (options.SessionKeys is { } directory)
            protection.PersistKeysToFileSystem(new DirectoryInfo(directory));
        else
            protection.UseEphemeralDataProtectionProvider();

        services.AddAuthentication().AddCookie(Scheme, cookie =>
        {
            cookie.Cookie.Name = Name;
            cookie.Cookie.HttpOnly = true;
            cookie.Cookie.SameSite = SameSiteMode.Strict;
            cookie.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            cookie.SlidingExpiration = false;
            cookie.ExpireTimeSpan = Life;
            cookie.Events.OnValidatePrincipal = Check;
        });
    }

    /// <summary>Whether a request has the cookie, and no key that goes before it.</summary>
    public static bool IsIn(HttpRequest request) => !request.Headers.ContainsKey("X-Api-Key") && request.Cookies.ContainsKey(Name);

    /// <summary>Gives the cookie of a session to the client.</summary>
    public static Task Give(HttpContext context, UserSession session) => context.SignInAsync(
        Scheme,
        new ClaimsPrincipal(new ClaimsIdentity([new Claim(IdClaim, session.Id)], Scheme)),
        new AuthenticationProperties { IsPersistent = true });

    /// <summary>Takes the cookie from the client.</summary>
    public static Task Take(HttpContext context) => context.SignOutAsync(Scheme);

    /// <summary>The user who is signed in; null when the cookie, or its session, is not good or no more.</summary>
    public static async ValueTask<SignedIn?> Read(HttpContext context) =>
        (await context.AuthenticateAsync(Scheme)).Succeeded ? context.Features.Get<SignedIn>() : null;

    /// <summary>
    /// Who is signed in; or why not. A browser sends the cookie for whoever asks it to, so that what is not a mere reading has
    /// to come from a page of this exchange.
    /// </summary>
    public static async ValueTask<(Refusal? Refusal, SignedIn? Who)> Identify(HttpContext context)
    {
        var isReading = HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest;
        if (!isReading && !IsOfThisSite(context.Request))
            return (OtherSite, null);
        if (await Read(context) is not { } who)
            return (new Refusal(RejectReason.Unauthorized, null, null, "The session has ended."), null);
        return who.User.IsDemo && !Call.IsLocal(context.Request) ? (Call.Stranger, null) : (null, who);
    }

    /// <summary>What another site hears.</summary>
    public static Refusal OtherSite => new(RejectReason.Forbidden, null, null, "The request comes from a page of another site.");

    /// <summary>
    /// Whether a request was not made by a page of another site. Browsers tell with each request that is more than a reading;
    /// who tells nothing is no browser. The scheme may be a proxy's.
    /// </summary>
    public static bool IsOfThisSite(HttpRequest request)
    {
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin)
        {
            return Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase);
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    private static async Task Check(CookieValidatePrincipalContext cookie)
    {
        var sessions = cookie.HttpContext.RequestServices.GetRequiredService<UserSessions>();
        if (cookie.Principal?.FindFirstValue(IdClaim) is { } id && await sessions.FindSession(id) is { } who)
            cookie.HttpContext.Features.Set(who);
        else
            cookie.RejectPrincipal();
    }
}
