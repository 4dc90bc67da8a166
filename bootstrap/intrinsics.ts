/** What CloudFormation puts a value in place of: https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference.html */
export type Intrinsic = Readonly<Record<string, unknown>>;

/** A text, or what becomes one. */
export type Text = string | Intrinsic;

export const ref = (name: string): Intrinsic => ({ Ref: name });

/** Takes the item out of the list, or the key out of the object, that it stands in. */
const noValue = ref('AWS::NoValue');

export const getAtt = (resource: string, attribute: string): Intrinsic => ({
  'Fn::GetAtt': [resource, attribute],
});

/** The text with its `${Name}`s filled in: parameters, pseudo parameters, resources, and those of `values`. */
export const sub = (text: string, values?: Readonly<Record<string, Text>>): Intrinsic => ({
  'Fn::Sub': values === undefined ? text : [text, values],
});

/** The delimiter can only be a text of its own. */
export const join = (delimiter: string, items: Intrinsic | readonly Text[]): Intrinsic => ({
  'Fn::Join': [delimiter, items],
});

/** The delimiter can only be a text of its own. */
export const split = (delimiter: string, text: Text): Intrinsic => ({ 'Fn::Split': [delimiter, text] });

export const select = (index: number, items: Intrinsic): Intrinsic => ({ 'Fn::Select': [index, items] });

export const ifThen = (condition: string, then: unknown, otherwise: unknown = noValue): Intrinsic => ({
  'Fn::If': [condition, then, otherwise],
});

export const equals = (one: Text, other: Text): Intrinsic => ({ 'Fn::Equals': [one, other] });

export const not = (condition: Intrinsic): Intrinsic => ({ 'Fn::Not': [condition] });
