using Orleans.Dashboard;
using QuantumCore.Gateway;

namespace QuantumCore.Silo;

/// <summary>Orleans' own dashboard, with <c>--dashboard on</c>: silos, grains, their calls and reminders. Administrators only.</summary>
internal static class OrleansDashboard
{
    private const string Path = "/admin/orleans";

    /// <summary>
    /// Lets a silo gather what the dashboard shows. It counts while somebody looks and for a minute after. Log lines are left out: the
    /// log is the operator's page.
    /// </summary>
    public static void AddOrleansDashboard(this ISiloBuilder silo) => silo.AddDashboard(static shown => shown.HideTrace = true);

    /// <summary>The same for a gateway, which shows what the silos gather.</summary>
    public static void AddOrleansDashboard(this IClientBuilder client) => client.AddDashboard(static shown => shown.HideTrace = true);

    /// <summary>Serves it.</summary>
    public static void UseOrleansDashboard(this WebApplication app)
    {
        app.UseWhen(static context => context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase), static shown => shown.Use(AdmitAsync));
        app.MapOrleansDashboard(Path).ExcludeFromDescription();
    }

    private static async Task AdmitAsync(HttpContext context, RequestDelegate next)
    {
        if (!await ExchangeGateway.IsAdministratorAsync(context))
            return;

        // Its page sets styles by script and has an icon font in its style sheet.
        context.Response.Headers.ContentSecurityPolicy =
            "default-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; img-src 'self' data:; object-src 'none'; base-uri 'none'; frame-ancestors 'none'";
        await next(context);
    }
}
