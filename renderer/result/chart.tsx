/**
 * One ECharts drawing that follows its container's size and the theme. Only the charts that are used are loaded.
 * Gives PNG and SVG of what is seen, at any time, through the handle.
 */
import { BarChart, LineChart, PieChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { useEffect, useImperativeHandle, useRef, type Ref } from 'react';

use([LineChart, BarChart, ScatterChart, PieChart, GridComponent, LegendComponent, TooltipComponent, DataZoomComponent, CanvasRenderer, SVGRenderer]);

export interface ChartHandle {
  readonly png: () => Promise<Uint8Array>;
  readonly svg: () => Uint8Array;
}

export function Chart({ option, label, background, ref }: { option: EChartsCoreOption; label: string; background: string; ref?: Ref<ChartHandle> }) {
  const container = useRef<HTMLDivElement>(null);
  const chart = useRef<ECharts>(undefined);

  useEffect(() => {
    if (!container.current) return undefined;
    const drawn = init(container.current, undefined, { renderer: 'canvas' });
    chart.current = drawn;
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(container.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
      chart.current = undefined;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption(option, { notMerge: true });
  }, [option]);

  useImperativeHandle(ref, () => ({
    png: async () => {
      const url = chart.current?.getDataURL({ type: 'png', pixelRatio: 2, backgroundColor: background }) ?? '';
      const binary = atob(url.slice(url.indexOf(',') + 1));
      return Uint8Array.from(binary, (character) => character.charCodeAt(0));
    },
    svg: () => {
      const size = container.current?.getBoundingClientRect();
      const offscreen = init(null, undefined, { renderer: 'svg', ssr: true, width: size?.width ?? 800, height: size?.height ?? 480 });
      offscreen.setOption({ ...option, backgroundColor: background });
      const text = offscreen.renderToSVGString();
      offscreen.dispose();
      return new TextEncoder().encode(text);
    },
  }), [option, background]);

  return (
    <div role="img" aria-label={label} style={{ width: '100%', height: '100%' }}>
      <div ref={container} aria-hidden style={{ width: '100%', height: '100%' }} />
    </div>
  );
}
