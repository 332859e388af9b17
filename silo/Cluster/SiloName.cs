namespace QuantumCore.Silo.Cluster;

/// <summary>
/// Name of a silo in the membership table, with its role and its tag: <c>matching-host-4711@east</c>.
/// </summary>
internal static class SiloName
{
    private const char BeforeTag = '@';

    /// <summary>Returns a name that no other member has.</summary>
    public static string Of(SiloOptions options)
    {
        var name = $"{(options.Role == SiloRole.Matching ? "matching" : "all")}-{SiloOptions.ProcessName}";
        return options.Tag.Length == 0 ? name : $"{name}{BeforeTag}{options.Tag}";
    }

    /// <summary>Returns the role of the silo with this name.</summary>
    public static string RoleOf(string name) =>
        name.StartsWith("matching-", StringComparison.Ordinal) ? "matching" : "all";

    /// <summary>Returns true if a pin matches the silo with this name: by the name, its tag, or its role.</summary>
    public static bool IsMeant(string pinned, string name) =>
        name == pinned || RoleOf(name) == pinned || name[(name.LastIndexOf(BeforeTag) + 1)..] == pinned;
}
