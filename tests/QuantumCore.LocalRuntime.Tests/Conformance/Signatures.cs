using System.Globalization;
using System.Reflection;

namespace QuantumCore.LocalRuntime.Tests;

/// <summary>
/// The shape of a type as lines of text, without namespaces, so that a mirrored type and the real one can be compared even if one of
/// them was only read and not loaded.
/// </summary>
internal static class Signatures
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    /// <summary>The lines of what a type itself declares and others can see.</summary>
    public static IEnumerable<string> Of(Type type) => Members(type).Concat(Ancestors(type)).Prepend(KindOf(type));

    /// <summary>The lines of what a type declares or inherits. Members that mention a type which cannot be found are left out.</summary>
    public static HashSet<string> WithInherited(Type type)
    {
        var lines = new HashSet<string>(Ancestors(type), StringComparer.Ordinal) { KindOf(type) };
        for (var current = type; current is not null; current = Known(() => current.BaseType))
            lines.UnionWith(Members(current));
        if (type.IsInterface)
            lines.UnionWith((Known(type.GetInterfaces) ?? []).SelectMany(Members));
        return lines;
    }

    /// <summary>A type's name with its generic parameters, as it stands before a line.</summary>
    public static string NameOf(Type type) => type.IsGenericType
        ? $"{type.Name[..type.Name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
        : type.IsArray ? $"{NameOf(type.GetElementType()!)}[]" : type.Name;

    private static IEnumerable<string> Ancestors(Type type)
    {
        for (var current = Known(() => type.BaseType); current?.BaseType is not null; current = Known(() => current.BaseType))
            yield return $"is {NameOf(current)}";
        foreach (var ancestor in Known(type.GetInterfaces) ?? [])
            yield return $"is {NameOf(ancestor)}";
    }

    /// <summary>What was asked for, or null where it lives in an assembly that is not here.</summary>
    private static T? Known<T>(Func<T?> ask)
        where T : class
    {
        try
        {
            return ask();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private static string KindOf(Type type) =>
        type.IsEnum ? $"enum : {type.GetEnumUnderlyingType().Name}"
        : type.IsInterface ? "interface"
        : type.IsValueType ? "struct"
        : type is { IsAbstract: true, IsSealed: true } ? "static class"
        : type.IsAbstract ? "abstract class"
        : type.IsSealed ? "sealed class"
        : "class";

    private static IEnumerable<string> Members(Type type) =>
        type.GetMembers(Declared).Select(member => Known(() => LineOf(member))).OfType<string>();

    private static string? LineOf(MemberInfo member) => member switch
    {
        ConstructorInfo { IsStatic: false } constructor when IsSeen(constructor) => $"new({Parameters(constructor)})",
        MethodInfo { IsSpecialName: false } method when IsSeen(method) => LineOf(method),
        MethodInfo { IsSpecialName: true } method when IsSeen(method) && IsOperator(method) => LineOf(method),
        PropertyInfo property when IsSeen(property.GetMethod) || IsSeen(property.SetMethod) => LineOf(property),
        FieldInfo { IsLiteral: true, IsPublic: true } field =>
            $"{field.Name} = {Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture)}",
        _ => null,
    };

    private static string LineOf(MethodInfo method)
    {
        var generic = method.IsGenericMethod
            ? $"<{string.Join(", ", method.GetGenericArguments().Select(NameOf))}>"
            : "";
        return $"{(method.IsStatic ? "static " : "")}{NameOf(method.ReturnType)} {method.Name}{generic}({Parameters(method)})";
    }

    private static string LineOf(PropertyInfo property)
    {
        var getter = IsSeen(property.GetMethod) ? " get;" : "";
        var isInit = property.SetMethod?.ReturnParameter.GetRequiredCustomModifiers()
            .Any(modifier => modifier.Name == "IsExternalInit") ?? false;
        var setter = !IsSeen(property.SetMethod) ? "" : isInit ? " init;" : " set;";
        return $"{NameOf(property.PropertyType)} {property.Name} {{{getter}{setter} }}";
    }

    private static string Parameters(MethodBase method) =>
        string.Join(", ", method.GetParameters().Select(parameter =>
            $"{NameOf(parameter.ParameterType)} {parameter.Name}{(parameter.IsOptional ? " = default" : "")}"));

    private static bool IsOperator(MethodInfo method) => method.Name.StartsWith("op_", StringComparison.Ordinal);

    private static bool IsSeen(MethodBase? method) => method is { IsPublic: true } or { IsFamily: true } or { IsFamilyOrAssembly: true };
}
