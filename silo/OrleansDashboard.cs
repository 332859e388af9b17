using Orleans.Dashboard;
using QuantumCore.Gateway;

namespace QuantumCore.Silo;

/// <summary>
/// Orleans' own dashboard, with <c>--dashboard on</c>: silos, grains, their calls and reminders. For administrators
/// only.
/// </summary>
internal static class OrleansDashboard
{
    private const string Path = "/admin/orleans";

    /// <summary>
    /// Lets a silo gather the dashboard's data. It counts while the dashboard is open and for a minute after. Log lines
    /// are left out: the log is the operator's page.
    /// </summary>
    public static void AddOrleansDashboard(this ISiloBuilder silo) =>
        silo.AddDashboard(static shown => shown.HideTrace = true);

    /// <summary>Adds the dashboard to a gateway, which shows the data of the silos.</summary>
    public static void AddOrleansDashboard(this IClientBuilder client) =>
        client.AddDashboard(static shown => shown.HideTrace = true);

    /// <summary>Serves the dashboard.</summary>
    public static void UseOrleansDashboard(this WebApplication app)
    {
        app.UseWhen(
            static context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase),
            static shown => shown.Use(AdmitAsync));
        app.MapOrleansDashboard(Path).ExcludeFromDescription();
    }

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (!await ExchangeGateway.IsAdministratorAsync(context))
            return;

        // The dashboard's page sets styles by script and has an icon font in its style sheet.
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        await next(context);
    }
}
