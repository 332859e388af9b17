using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using QuantumCore.Contracts;
using QuantumCore.Gateway.Http;
using QuantumCore.Instruments;

namespace QuantumCore.Gateway.Identity;

/// <summary>
/// Ticket of a session: a cookie for browsers, a bearer token (RFC 6750) for programs. The framework makes both; nobody
/// can make or change them without the keys in the data directory. They carry the id of a session. The catalog decides
/// each time if the session has ended.
/// </summary>
internal static class SessionTicket
{
    /// <summary>Name of the cookie.</summary>
    public const string Name = "qc_session";

    /// <summary>Maximum life of a session.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromHours(12);

    private const string Scheme = "session";
    private const string Bearer = "Bearer";
    private const string IdClaim = "sid";

    /// <summary>Adds the services that make and read the tickets.</summary>
    public static void AddSessionTickets(this IServiceCollection services, GatewayOptions options)
    {
        // Requests with a key do not use it: it is read where a call authenticates its caller, not before every call.
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
            cookie.Events.OnValidatePrincipal = CheckAsync;
        }).AddBearerToken(Bearer);
    }

    /// <summary>Returns true if a request has a session ticket, and no key, which takes precedence.</summary>
    public static bool IsIn(HttpRequest request) =>
        !request.Headers.ContainsKey("X-Api-Key") && (IsBearer(request) || request.Cookies.ContainsKey(Name));

    /// <summary>Sends the client the cookie of a session.</summary>
    public static Task GiveAsync(HttpContext context, UserSession session) => context.SignInAsync(
        Scheme, Principal(session), new AuthenticationProperties { IsPersistent = true });

    /// <summary>Returns the bearer token of a session.</summary>
    public static string TokenOf(HttpContext context, UserSession session)
    {
        var bearer = context.RequestServices.GetRequiredService<IOptionsMonitor<BearerTokenOptions>>().Get(Bearer);
        var ends = new AuthenticationProperties { ExpiresUtc = Clock.At(session.EndsNanos) };
        return bearer.BearerTokenProtector.Protect(new AuthenticationTicket(Principal(session), ends, Bearer));
    }

    /// <summary>Removes the cookie from the client.</summary>
    public static Task TakeAsync(HttpContext context) => context.SignOutAsync(Scheme);

    /// <summary>Returns the user who is signed in; null if the ticket is invalid, or the session has ended.</summary>
    public static async ValueTask<SignedIn?> ReadAsync(HttpContext context)
    {
        if (!IsBearer(context.Request))
            return (await context.AuthenticateAsync(Scheme)).Succeeded ? context.Features.Get<SignedIn>() : null;

        var shown = await context.AuthenticateAsync(Bearer);
        var who = shown.Principal is { } principal ? await FindAsync(context, principal) : null;
        context.Features.Set(who);
        return who;
    }

    /// <summary>
    /// Returns the user who is signed in, or a refusal. Browsers attach the cookie for pages of any site, so a request
    /// other than a read must come from a page of this exchange.
    /// </summary>
    public static async ValueTask<(Refusal? Refusal, SignedIn? Who)> IdentifyAsync(HttpContext context)
    {
        var isReading = HttpMethods.IsGet(context.Request.Method) && !context.WebSockets.IsWebSocketRequest;
        // No browser sends a bearer token by itself.
        if (!isReading && !IsBearer(context.Request) && !IsOfThisSite(context.Request))
            return (OtherSite, null);
        if (await ReadAsync(context) is not { } who)
            return (new Refusal(RejectReason.Unauthorized, null, null, WhyUnknown(context.Request)), null);
        return who.User.IsDemo && !DemoAccess.IsAllowed(context.Request) ? (DemoAccess.Stranger, null) : (null, who);
    }

    private static string WhyUnknown(HttpRequest request) => request.Headers.ContainsKey("X-Api-Key")
        ? "This is for a person who is signed in; an API key does not do."
        : "The session has ended.";

    /// <summary>Refusal of a request from a page of another site.</summary>
    public static Refusal OtherSite =>
        new(RejectReason.Forbidden, null, null, "The request comes from a page of another site.");

    /// <summary>
    /// Returns true if a request was not made by a page of another site. Browsers send the origin with each request
    /// other than a read; a client without one is no browser. If a proxy terminates TLS, the request does not tell the
    /// page's scheme.
    /// </summary>
    public static bool IsOfThisSite(HttpRequest request)
    {
        if (request.Headers.Origin.ToString() is { Length: > 0 } origin)
        {
            return Uri.TryCreate(origin, UriKind.Absolute, out var page)
                && (!request.IsHttps || page.Scheme == Uri.UriSchemeHttps)
                && (page.Authority.Equals(request.Host.Value, StringComparison.OrdinalIgnoreCase)
                    || IsForwardedHost(request, page.Authority));
        }

        return request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }

    /// <summary>
    /// Returns true if a proxy in front of a demo for everyone says that this was the host. Such proxies, as those of
    /// cloud workspaces, set a local host. A page of another site can't set the header.
    /// </summary>
    private static bool IsForwardedHost(HttpRequest request, string authority) =>
        request.HttpContext.RequestServices.GetRequiredService<GatewayOptions>().DemoAnywhere
        && request.Headers["X-Forwarded-Host"] is [{ } host]
        && authority.Equals(host, StringComparison.OrdinalIgnoreCase);

    private static bool IsBearer(HttpRequest request) =>
        request.Headers.Authorization is [{ } text]
            && text.Split(' ')[0].Equals(Bearer, StringComparison.OrdinalIgnoreCase);

    private static ClaimsPrincipal Principal(UserSession session) =>
        new(new ClaimsIdentity([new Claim(IdClaim, session.Id)], Scheme));

    private static async ValueTask<SignedIn?> FindAsync(HttpContext context, ClaimsPrincipal principal) =>
        principal.FindFirstValue(IdClaim) is { } id
            ? await context.RequestServices.GetRequiredService<UserSessions>().FindSessionAsync(id)
            : null;

    private static async Task CheckAsync(CookieValidatePrincipalContext cookie)
    {
        if (cookie.Principal is { } principal && await FindAsync(cookie.HttpContext, principal) is { } who)
            cookie.HttpContext.Features.Set(who);
        else
            cookie.RejectPrincipal();
    }
}
