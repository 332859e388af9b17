using System.Collections;
using System.Reflection;
using System.Runtime.CompilerServices;
using QuantumCore.Gateway.Binance;
using QuantumCore.Gateway.Fix;
using QuantumCore.Gateway.Native;
using QuantumCore.Instruments;
using Xunit;

namespace QuantumCore.Tidy.Tests;

/// <summary>State belongs to a grain or to an object; there is no mutable shared state.</summary>
public class SharedStateTests
{
    private static readonly Assembly[] s_product = [.. Closure()];

    [Fact]
    public void The_whole_product_is_looked_at() => Assert.Equal(
        [
            "QuantumCore.Api", "QuantumCore.Clearing", "QuantumCore.Contracts", "QuantumCore.Enums",
            "QuantumCore.Gateway", "QuantumCore.Gateway.Binance", "QuantumCore.Gateway.Fix", "QuantumCore.Gateway.Native",
            "QuantumCore.Grains", "QuantumCore.Grains.Abstractions", "QuantumCore.History", "QuantumCore.Instruments",
            "QuantumCore.Journal", "QuantumCore.Matching",
        ],
        s_product.Select(assembly => assembly.GetName().Name!).Order(StringComparer.Ordinal));

    [Fact]
    public void A_static_field_never_changes_but_in_its_own_thread() => Findings.None(
        from field in StaticFields()
        where !field.IsInitOnly && !field.IsLiteral && field.GetCustomAttribute<ThreadStaticAttribute>() is null
        select $"{field.DeclaringType}.{field.Name}");

    [Fact]
    public void Nobody_shows_a_collection_that_others_could_change() => Findings.None(
        from field in StaticFields()
        where !field.IsPrivate && (field.FieldType.IsArray || typeof(IList).IsAssignableFrom(field.FieldType)
            || typeof(IDictionary).IsAssignableFrom(field.FieldType))
        where field.FieldType.Namespace is not ("System.Collections.Frozen" or "System.Collections.Immutable")
        select $"{field.DeclaringType}.{field.Name}");

    private static IEnumerable<FieldInfo> StaticFields() => s_product
        .SelectMany(assembly => assembly.GetTypes())
        .Where(type => type.Namespace?.StartsWith("QuantumCore", StringComparison.Ordinal) == true)
        .Where(type => !Generated(type))
        .SelectMany(type => type.GetFields(
            BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
        .Where(field => !Generated(field));

    // The compiler's own caches of lambdas and the like.
    private static bool Generated(MemberInfo member) =>
        member.Name.Contains('<', StringComparison.Ordinal)
        || member.IsDefined(typeof(CompilerGeneratedAttribute))
        || member.CustomAttributes.Any(found => found.AttributeType.Name == "GeneratedCodeAttribute")
        || member.DeclaringType is { } outer && Generated(outer);

    private static HashSet<Assembly> Closure()
    {
        var found = new HashSet<Assembly>();
        var open = new Queue<Assembly>(
        [
            typeof(ExchangeGrains).Assembly, typeof(BinanceGateway).Assembly, typeof(FixGateway).Assembly,
            typeof(NativeGateway).Assembly,
        ]);
        while (open.TryDequeue(out var assembly))
        {
            if (!found.Add(assembly))
            {
                continue;
            }

            foreach (var name in assembly.GetReferencedAssemblies()
                .Where(name => name.Name!.StartsWith("QuantumCore.", StringComparison.Ordinal)))
            {
                open.Enqueue(Assembly.Load(name));
            }
        }

        Assert.Contains(typeof(Side).Assembly, found);
        Assert.Contains(typeof(IAccountGrain).Assembly, found);
        return found;
    }
}
